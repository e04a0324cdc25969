import { EtlError } from '@retail-etl/contracts';
import { type ColumnKind, columnsOf, type SummaryColumn, type SummaryShape, TEXT_MAX } from '@retail-etl/sales';
import { readLines } from '@retail-etl/store';

/** Of a summary with texts, rows of so many characters are inserted at once. */
const BATCH_CHARACTERS = 1 << 16;
/** Three texts of 255 characters that are all quotes take a fifth. */
const ROW_CHARACTERS_MAX = 1 << 14;

/** Cells as merge writes them. Anything else the server might take for some number: a date for its year, `1.005` for `1.01`. */
const CELLS: Readonly<Record<ColumnKind, (column: SummaryColumn & { readonly decimals?: number }) => string>> = {
  integer: () => String.raw`-?\d{1,19}`,
  decimal: ({ decimals = 0 }) => String.raw`-?\d{1,20}\.\d{${decimals}}`,
  date: () => String.raw`\d{4}-\d{2}-\d{2}`,
  text: () => String.raw`[^]{1,${2 * TEXT_MAX}}`,
};

/** STAGED_CORRUPT, saying what is wrong with the summary's file. */
export function damagedSummary(what: string, cause?: unknown): EtlError {
  return new EtlError('STAGED_CORRUPT', `the summary ${what}`, { cause });
}

/** The rows of a summary's CSV, many at a time. Throws STAGED_CORRUPT if a line is no row of it. */
export async function* readSummaryRows(path: string, shape: SummaryShape): AsyncGenerator<readonly string[][]> {
  const columns = columnsOf(shape);
  const header = columns.map(({ name }) => name).join(',');
  // Where there are no texts nothing is quoted, and a line is a row.
  const rows = columns.some(({ kind }) => kind === 'text') ? quotedRows(path, header) : plainRows(path, header);
  const patterns = columns.map((column) => new RegExp(`^${CELLS[column.kind](column)}$`));
  for await (const batch of rows) {
    for (const row of batch)
      if (row.length !== columns.length || !row.every((cell, index) => patterns[index]!.test(cell)))
        throw damagedSummary(`holds a line that is no row of it: ${row.join(',').slice(0, 100)}`);
    if (batch.length > 0) yield batch;
  }
}

async function* plainRows(path: string, header: string): AsyncGenerator<string[][]> {
  let isFirst = true;
  for await (const lines of readLines(path)) {
    if (isFirst) checkHeader(lines[0], header);
    yield (isFirst ? lines.slice(1) : lines).map((line) => line.split(','));
    isFirst = false;
  }
}

async function* quotedRows(path: string, header: string): AsyncGenerator<string[][]> {
  let batch: string[][] = [];
  let characters = 0;
  let isFirst = true;
  /** The lines so far of a row that goes on in the next, because a text has a line end. */
  let begun = '';
  for await (const lines of readLines(path)) {
    if (isFirst) checkHeader(lines[0], header);
    for (const line of isFirst ? lines.slice(1) : lines) {
      const text = begun + line;
      const row = cellsOf(text);
      begun = row === null ? `${text}\n` : '';
      if (begun.length > ROW_CHARACTERS_MAX) throw damagedSummary(`holds a line that is no row of it: ${begun.slice(0, 100)}`);
      if (row === null) continue;
      batch.push(row);
      characters += text.length;
      if (characters < BATCH_CHARACTERS) continue;
      yield batch;
      batch = [];
      characters = 0;
    }
    isFirst = false;
  }
  if (isFirst) checkHeader(undefined, header);
  if (begun !== '') throw damagedSummary('ends within a row');
  yield batch;
}

/** A cell as merge writes it: in quotes, where each quote is doubled, or without any. */
const CELL = /"([^"]*(?:""[^"]*)*)"(?=,|$)|([^",]*)(?=,|$)/y;

/**
 * The cells of a row; null if it goes on in the next line. Every character counts: a library that is made for the files of people takes a
 * no-break space alone for nothing.
 */
function cellsOf(text: string): string[] | null {
  const cells: string[] = [];
  for (let at = 0; at <= text.length; at = CELL.lastIndex + 1) {
    CELL.lastIndex = at;
    const match = CELL.exec(text);
    if (match === null) return null;
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
  }
  return cells;
}

function checkHeader(found: string | undefined, header: string): void {
  if (found !== header) throw damagedSummary(`begins with another header: ${found?.slice(0, 100)}`);
}
