import { EtlError } from '@retail-etl/contracts';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { parseString } from 'fast-csv';
import type { RecordShape } from './record-reader.js';

/** Tried in this order; the first that yields the most of the five columns counts. */
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A longer header is refused. */
const HEADER_BYTES_MAX = 1 << 20;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;

const DELIMITER_BYTES = new Set<number | undefined>(DELIMITERS.map((delimiter) => delimiter.charCodeAt(0)));

/** Where a header ends: `text` is the header without its newline, `bodyAt` the offset after it. */
export interface Header {
  readonly text: string;
  readonly bodyAt: number;
}

/**
 * Looks for the whole header at the beginning of a file. Null: not enough bytes yet. With `isAll`, the end of the bytes is the end
 * of the file. Zero-length lines before the header are skipped. Throws HEADER_INVALID if it is longer than 1 MiB.
 */
export function findHeader(bytes: Buffer, isAll: boolean, file: string): Header | null {
  let start = 0;
  while (bytes[start] === NEWLINE || (bytes[start] === RETURN && bytes[start + 1] === NEWLINE)) start += 1;
  let isQuoted = false;
  let closedAt = -1;
  for (let at = start; at < bytes.length; at += 1) {
    if (bytes[at] === QUOTE) {
      // As in records: a quote opens a field only as its first byte, and of two inside one the second opens it again.
      if (isQuoted) closedAt = at;
      isQuoted = !isQuoted && (at === start || closedAt === at - 1 || DELIMITER_BYTES.has(bytes[at - 1]));
    } else if (bytes[at] === NEWLINE && !isQuoted) {
      const end = bytes[at - 1] === RETURN ? at - 1 : at;
      return { text: bytes.toString('utf8', start, end), bodyAt: at + 1 };
    }
    if (at - start > HEADER_BYTES_MAX) throw new EtlError('HEADER_INVALID', `${file}: no header of at most 1 MiB was found`);
  }
  return isAll ? { text: bytes.toString('utf8', start), bodyAt: bytes.length } : null;
}

/**
 * Finds the delimiter from the header and which fields the five columns are. Names are compared trimmed and in lower case; other
 * columns are ignored. Throws HEADER_INVALID naming the file and the columns that are missing or appear twice.
 */
export async function readDialect(header: string, file: string): Promise<RecordShape> {
  let best: { delimiter: string; names: string[]; found: number } | undefined;
  let hasBadQuote = false;
  for (const delimiter of DELIMITERS) {
    const names = await parseNames(header, delimiter);
    if (names === null) {
      hasBadQuote = true;
      continue;
    }
    const found = SALES_COLUMNS.filter((column) => names.includes(column)).length;
    if (best === undefined || found > best.found) best = { delimiter, names, found };
  }
  if (best === undefined || (best.found === 0 && hasBadQuote)) {
    throw new EtlError('HEADER_INVALID', `${file}: the header has an unclosed or misplaced quote`);
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
  if (problems.length > 0) throw new EtlError('HEADER_INVALID', `${file}: ${problems.join(', ')}`);
  return { delimiter: delimiter.charCodeAt(0), fieldCount: names.length, columnOfField, skipsBlankLines: true };
}

function parseNames(header: string, delimiter: string): Promise<string[] | null> {
  return new Promise((resolve) => {
    let names: string[] = [];
    // A lone return is text, not a newline; around a name it does not count.
    parseString<string[], string[]>(header.replaceAll('\r', ' '), { headers: false, delimiter })
      .on('data', (row: string[]) => {
        names = row.map((name) => name.trim().toLowerCase());
      })
      .on('error', () => resolve(null))
      .on('end', () => resolve(names));
  });
}
