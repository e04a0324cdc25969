import type { GuessedHeader } from '../text/guessed-header.js';
import type { RawRecord } from '../text/split-records.js';
import { areNames, isValueIn } from '../values/looks-like-header.js';

/** The header is among the first so many rows. */
const HEADER_WITHIN = 60;
/** So many rows after it are looked at. */
const LOOKED_AT = 300;
/** Among the first so many of them is a number or a date. */
const VALUE_WITHIN = 5;
/** At least so many of them have no cells after the last one of the header. */
const FITTING_MIN = 0.6;

/** The first of the rows that names columns, and below which rows are no wider; null if there is none. Rows are without blank ones. */
export function guessSheetHeader(rows: readonly RawRecord[]): GuessedHeader | null {
  const at = rows.slice(0, HEADER_WITHIN).findIndex((_, index) => isHeader(rows, index));
  if (at === -1) return null;
  const { fields, line } = rows[at]!;
  return { names: fields.map((field) => field.trim()), headerLine: line, skipLines: at === 0 ? 0 : line - 1 };
}

function isHeader(rows: readonly RawRecord[], at: number): boolean {
  const { fields } = rows[at]!;
  // A table may begin in any column.
  if (!areNames(fields.slice(fields.findIndex((field) => field.trim() !== '')))) return false;
  const after = rows.slice(at + 1, at + 1 + LOOKED_AT);
  if (after.length === 0) return true;
  const fitting = after.filter((row) => row.fields.length <= fields.length);
  if (fitting.length < after.length * FITTING_MIN) return false;
  return fields.some((_, field) => isValueIn(fitting.slice(0, VALUE_WITHIN), field));
}
