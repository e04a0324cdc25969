import { shownText } from '@retail-etl/contracts';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { parseString } from 'fast-csv';
import { columnKey, withoutUnseen } from './column-name.js';
import { DELIMITERS, type Header, headerInvalid } from './find-header.js';
import type { RecordShape } from './record-reader.js';

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
    if (at === -1) problems.push(`column ${column} is missing`);
    else if (names.includes(column, at + 1)) problems.push(`column ${column} appears twice`);
    else columnOfField[at] = index;
  }
  if (problems.length > 0) {
    const by = header.delimiter === null ? '' : ` with the delimiter "${shownText(header.delimiter)}" of the line sep=`;
    throw headerInvalid(file, problems.join(', ') + by, header);
  }
  return { delimiter: delimiter.charCodeAt(0), fieldCount: names.length, columnOfField, skipsBlankLines: true };
}

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
