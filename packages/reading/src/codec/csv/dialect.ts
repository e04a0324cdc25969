import { shownText } from '@retail-etl/contracts';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { parseString } from 'fast-csv';
import { distance } from 'fastest-levenshtein';
import { columnKey, withoutUnseen } from './column-name.js';
import { DELIMITERS, hasLoneReturns, type Header, headerInvalid } from './find-header.js';
import type { RecordShape } from './record-reader.js';

/** A name that differs in more characters is another one. */
const CHANGES_MAX = 3;
const SUGGESTIONS_MAX = 3;
const PART_LENGTH_MIN = 4;
/** Longer ones are nobody's slip of the pen, and would take long to compare. */
const NAME_LENGTH_MAX = 64;

/** What a header says if one of the delimiters separates its names. */
interface Reading {
  readonly delimiter: string;
  readonly names: readonly string[];
  /** How many of the five columns it names. */
  readonly found: number;
}

/**
 * Finds the delimiter and which fields the five columns are. The delimiter is the one of a line `sep=`; without such a line, the first that
 * yields the most of the five. Names are compared as `columnKey` gives them; other columns are ignored. Throws HEADER_INVALID with the
 * file, the columns that are missing or appear twice, and the line that was read.
 */
export async function readDialect(header: Header, file: string): Promise<RecordShape> {
  const { best, hasBadQuote } = await readBest(header);
  if (best === undefined || (best.found === 0 && hasBadQuote)) {
    throw headerInvalid(file, 'the header has an unclosed or misplaced quote', header);
  }
  const { names, delimiter } = best;
  const problems: string[] = [];
  const columnOfField = new Int32Array(names.length).fill(-1);
  for (const [index, column] of SALES_COLUMNS.entries()) {
    const at = names.indexOf(column);
    if (at === -1) problems.push(`column ${column} is missing${hasLoneReturns(header.text) ? '' : nearest(column, names)}`);
    else if (names.includes(column, at + 1)) problems.push(`column ${column} appears twice`);
    else columnOfField[at] = index;
  }
  if (problems.length > 0) {
    const by = header.delimiter === null ? '' : ` with the delimiter "${shownText(header.delimiter)}" of the line sep=`;
    throw headerInvalid(file, problems.join(', ') + by, header);
  }
  return { delimiter: delimiter.charCodeAt(0), fieldCount: names.length, columnOfField, skipsBlankLines: true };
}

/** Names of the header that may be meant: the nearest ones that are none of the five. */
function nearest(column: string, names: readonly string[]): string {
  const columns: readonly string[] = SALES_COLUMNS;
  const others = [...new Set(names)].filter((name) => name !== '' && name.length <= NAME_LENGTH_MAX && !columns.includes(name));
  const changes = others.map((name) => ({ name, count: changesBetween(plain(name), plain(column)) }));
  const fewest = Math.min(...changes.map(({ count }) => count));
  if (fewest > CHANGES_MAX) return '';
  const found = changes.filter(({ count }) => count === fewest).slice(0, SUGGESTIONS_MAX);
  return ` (nearest: ${found.map(({ name }) => `"${shownText(name)}"`).join(', ')})`;
}

/** A part of a name, such as `amount` of `sale_amount`, is as near as any name that is near at all. */
function changesBetween(name: string, column: string): number {
  const isPart = name.length >= PART_LENGTH_MIN && name.length <= 2 * column.length && (column.includes(name) || name.includes(column));
  return Math.min(distance(name, column), isPart ? CHANGES_MAX : Infinity);
}

/** `Sale-ID`, `sale id` and `saleId` are near to `sale_id`. */
const plain = (name: string): string => name.replaceAll(/[^\p{L}\p{N}]/gu, '');

async function readBest(header: Header): Promise<{ best: Reading | undefined; hasBadQuote: boolean }> {
  let best: Reading | undefined;
  let hasBadQuote = false;
  for (const delimiter of header.delimiter === null ? DELIMITERS : [header.delimiter]) {
    const names = await parseNames(header.text, delimiter);
    if (names === null) {
      hasBadQuote = true;
      continue;
    }
    const found = SALES_COLUMNS.filter((column) => names.includes(column)).length;
    if (best === undefined || found > best.found) best = { delimiter, names, found };
  }
  return { best, hasBadQuote };
}

function parseNames(header: string, delimiter: string): Promise<string[] | null> {
  return new Promise((resolve) => {
    let names: string[] = [];
    // A lone return is text, not a newline; around a name it does not count.
    parseString<string[], string[]>(withoutUnseen(header).replaceAll('\r', ' '), { headers: false, delimiter })
      .on('data', (row: string[]) => {
        names = row.map(columnKey);
      })
      .on('error', () => resolve(null))
      .on('end', () => resolve(names));
  });
}
