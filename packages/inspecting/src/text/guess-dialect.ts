import { isSeparatorLine } from '@retail-etl/reading';
import type { GuessedHeader } from './guessed-header.js';
import { areNames, isValueIn } from '../values/looks-like-header.js';
import { type RawRecord, splitRecords } from './split-records.js';

/** In this order they are tried. */
const DELIMITERS = [',', ';', '\t', '|', '^', '~', ':'] as const;

/** So many records are looked at. */
const LOOKED_AT = 300;
/** The header is among the first so many records. */
const HEADER_WITHIN = 60;
/** So many records after the header have to have as many fields as it. */
const STEADY = 5;

/** How a text is laid out. */
export interface GuessedDialect extends GuessedHeader {
  readonly delimiter: string;
  readonly quote: '"' | "'";
  readonly hasTrailingEmpty: boolean;
}

/** The layout by which the most records have the same number of fields, below a line that names them; null if there is none. */
export function guessDialect(text: string): GuessedDialect | null {
  const separator = /^\ufeff?"?sep=(.)/i.exec(text)?.[1];
  const hasSeparator = separator !== undefined && isSeparatorLine(text.slice(0, text.search(/[\r\n]|$/)));
  let best: { readonly score: number; readonly dialect: GuessedDialect } | null = null;
  for (const delimiter of hasSeparator ? [separator] : DELIMITERS) {
    for (const quote of ['"', "'"] as const) {
      const found = tryForm(text, delimiter, quote);
      // A time holds colons, and an apostrophe is a letter in many names: these have to be better, not as good.
      const score = found === null ? 0 : found.score - (delimiter === ':' ? 0.5 : 0) - (quote === "'" ? 0.1 : 0);
      if (found !== null && (best === null || score > best.score)) best = { score, dialect: found.dialect };
    }
  }
  return best?.dialect ?? null;
}

function tryForm(text: string, delimiter: string, quote: '"' | "'"): { score: number; dialect: GuessedDialect } | null {
  const records = splitRecords(text, { delimiter, quote }, LOOKED_AT);
  const at = findHeader(records);
  if (at === -1) return null;
  const header = records[at]!;
  const after = records.slice(at + 1);
  const names = header.fields.slice(0, header.fields.findLastIndex((name) => name.trim() !== '') + 1).map((name) => name.trim());
  const fits = after.filter(({ fields }) => fields.length === header.fields.length);
  const padded = after.filter(({ fields }) => isPadded(fields, header.fields.length));
  const hasTrailingEmpty = padded.length > fits.length || (names.length < header.fields.length && padded.length > 0);
  const steady = after.length === 0 ? 0.5 : Math.max(fits.length, padded.length) / after.length;
  // Quotes that are read as such leave none in the values.
  const cells = after.slice(0, STEADY * 10).flatMap(({ fields }) => fields);
  const bare = cells.filter((cell) => /^(["']).+\1$/.test(cell.trim())).length / Math.max(1, cells.length);
  const before = records.slice(0, at).filter((record) => !isSeparatorLine(record.text));
  return {
    score: steady + Math.min(names.length, 10) / 20 - bare,
    dialect: {
      delimiter,
      quote,
      names,
      headerLine: header.line,
      skipLines: before.length === 0 ? 0 : header.line - 1,
      hasTrailingEmpty,
    },
  };
}

/** The first record that names columns, and after which records have as many fields. */
function findHeader(records: readonly RawRecord[]): number {
  const isNaming = (index: number): boolean => {
    const { fields } = records[index]!;
    const after = records.slice(index + 1, index + 1 + STEADY);
    const fitting = after.filter((record) => record.fields.length === fields.length || isPadded(record.fields, fields.length));
    if (after.length > 0 && fitting.length < Math.ceil(after.length * 0.6)) return false;
    return areNames(fields) && (after.length === 0 || fields.some((_, field) => isValueIn(fitting, field)));
  };
  return records.slice(0, HEADER_WITHIN).findIndex((_, index) => isNaming(index));
}

/** More fields than the header, of which the further ones are empty. */
function isPadded(fields: readonly string[], count: number): boolean {
  return fields.length > count && fields.slice(count).every((field) => field.trim() === '');
}
