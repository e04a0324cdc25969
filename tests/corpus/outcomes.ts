import type { RejectReason } from '@retail-etl/sales';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Store files as they come, and what has to become of each. Small ones lie in `files/`, large ones are made here. Every good record
 * is `<n>,7,1,1.50,2026-01-01`, so a file's quantity is the number of its accepted records, its amount that times 1.50.
 */

/** Record, reason, and the raw text or the five texts joined by `|`, each as the rejects CSV has it. */
export type Reject = readonly [record: number, reason: RejectReason, text: string];

export interface ReadFile {
  readonly name: string;
  readonly why: string;
  /** Data records. */
  readonly records: number;
  readonly rejects: readonly Reject[];
  /** Headers among the records; none unless given. */
  readonly repeatedHeaders?: number;
  readonly content?: () => Uint8Array;
}

export const HEADER = 'sale_id,product_id,quantity,sale_amount,sale_date';
export const good = (saleId: number): string => `${saleId},7,1,1.50,2026-01-01`;

export function contentOf({ name, content }: { readonly name: string; readonly content?: () => Uint8Array }): Uint8Array {
  return content?.() ?? readFileSync(join(import.meta.dirname, 'files', name));
}

export const lines = (...all: readonly string[]): Buffer => Buffer.from(`${all.join('\n')}\n`);
const CELL_10_MB = 'x'.repeat(10_000_000);
const CAFE = '2|7|Café €😀|1.50|2026-01-01';

/** 100,000 columns, the five among them. */
const wideLine = (first: string, name: (column: number) => string): string =>
  [first, ...Array.from({ length: 99_995 }, (_, column) => name(column))].join(',');

/** All of these can lie in the folder together. */
export const READ: readonly ReadFile[] = [
  { name: 'utf8.csv', why: 'UTF-8', records: 3, rejects: [[2, 'invalid_quantity', CAFE]] },
  { name: 'utf8-mark.csv', why: 'UTF-8 with a byte order mark', records: 3, rejects: [[2, 'invalid_quantity', CAFE]] },
  { name: 'utf16le-mark.csv', why: 'UTF-16 with its mark', records: 3, rejects: [[2, 'invalid_quantity', CAFE]] },
  { name: 'utf16be-mark.csv', why: 'UTF-16, big end first', records: 3, rejects: [[2, 'invalid_quantity', CAFE]] },
  {
    name: 'utf16-half-character.csv',
    why: 'half a surrogate pair, and half a unit at the end',
    records: 4,
    rejects: [
      [2, 'malformed_row', '2,7,1,\ufffd,2026-01-01'],
      [4, 'malformed_row', '\ufffd'],
    ],
  },
  { name: 'crlf.csv', why: 'CRLF', records: 2, rejects: [] },
  { name: 'lf-and-crlf.csv', why: 'LF and CRLF mixed', records: 3, rejects: [] },
  {
    name: 'lone-return.csv',
    why: 'a return that no newline follows is text',
    records: 4,
    rejects: [[3, 'invalid_product_id', "3|'\r7|1|1.50|2026-01-01"]],
  },
  {
    name: 'cr-cr-lf.csv',
    why: 'CR CR LF, also around quotes and blank lines, and mixed with others',
    records: 5,
    rejects: [[4, 'invalid_date', '4|7|1|1.50|2026-01-01\r\r\n']],
    content: () =>
      Buffer.from(
        [HEADER, good(1), '', ',,,,', '"2","7","1","1.50","2026-01-01"', `${good(3)}\n4,7,1,1.50,"2026-01-01\r\r\n"`, good(5), ''].join(
          '\r\r\n',
        ),
      ),
  },
  {
    name: 'return-at-the-end.csv',
    why: 'a return as the last byte is text',
    records: 2,
    rejects: [[2, 'invalid_date', '2|7|1|1.50|2026-01-01\r']],
    content: () => Buffer.from(`${HEADER}\r\n${good(1)}\r\n${good(2)}\r`),
  },
  { name: 'semicolon.csv', why: 'semicolons, and a decimal comma', records: 3, rejects: [[2, 'invalid_amount', '2|7|1|1,50|2026-01-01']] },
  { name: 'tab.csv', why: 'tabs', records: 2, rejects: [] },
  { name: 'pipe.csv', why: 'pipes', records: 2, rejects: [] },
  { name: 'comma-header-with-semicolons.csv', why: 'the delimiter is the one that yields the five columns', records: 1, rejects: [] },
  {
    name: 'quoted-newlines.csv',
    why: 'newlines and quotes inside quotes',
    records: 4,
    rejects: [[3, 'invalid_product_id', '3|7\n|1|1.50|2026-01-01']],
  },
  { name: 'all-quoted.csv', why: 'every field quoted', records: 2, rejects: [] },
  {
    name: 'text-behind-quote.csv',
    why: 'text behind a closing quote, also a space',
    records: 5,
    rejects: [
      [2, 'malformed_row', '"2"x,7,1,1.50,2026-01-01'],
      [4, 'malformed_row', '"4" ,7,1,1.50,2026-01-01'],
    ],
  },
  { name: 'quote-inside-text.csv', why: 'a quote inside unquoted text is text', records: 3, rejects: [] },
  { name: 'quote-inside-header.csv', why: 'the same in the header', records: 2, rejects: [] },
  { name: 'doubled-quotes.csv', why: 'two quotes in a header, in text and in quotes', records: 2, rejects: [] },
  { name: 'newline-inside-header.csv', why: 'a column name of two lines', records: 1, rejects: [] },
  { name: 'padded-upper-header.csv', why: 'padded, upper-case and quoted column names', records: 2, rejects: [] },
  { name: 'other-order.csv', why: 'columns in another order', records: 3, rejects: [[2, 'invalid_quantity', '2|7|x|1.50|2026-01-01']] },
  {
    name: 'header-again.csv',
    why: 'the header once more, as in files put together: as it is, quoted after a mark, after a line sep=, and glued to a row',
    records: 5,
    rejects: [[4, 'malformed_row', `${good(4)}${HEADER}`]],
    repeatedHeaders: 3,
    content: () =>
      lines(
        HEADER,
        good(1),
        HEADER,
        good(2),
        `\ufeff"${HEADER.toUpperCase().replaceAll(',', '","')}"`,
        good(3),
        'sep=,',
        HEADER,
        good(4) + HEADER,
        good(5),
      ),
  },
  { name: 'more-columns.csv', why: 'more columns, two of one name, one of none', records: 2, rejects: [] },
  { name: 'no-final-newline.csv', why: 'no newline at the end', records: 2, rejects: [] },
  { name: 'blank-lines-first.csv', why: 'zero-length lines before the header', records: 1, rejects: [] },
  {
    name: 'delimiters-first.csv',
    why: 'lines of delimiters, spaces and empty fields before the header',
    records: 2,
    rejects: [],
    content: () => lines(';;;;', '  ', '"";"";;', HEADER.replaceAll(',', ';'), good(1).replaceAll(',', ';'), good(2).replaceAll(',', ';')),
  },
  {
    name: 'sep-line.csv',
    why: "Excel's line that names the delimiter",
    records: 2,
    rejects: [],
    content: () => Buffer.from(['sep=;', HEADER, good(1), good(2), ''].join('\r\n').replaceAll(',', ';')),
  },
  {
    name: 'unseen-in-header.csv',
    why: 'zero-width spaces, byte order marks and no-break spaces in and around names',
    records: 2,
    rejects: [],
    content: () => lines('\ufeff\ufeff"sale_id",\u00a0Product_Id,quan\u200btity,sale_amount\ufeff,\u200bsale_date\u00a0', good(1), good(2)),
  },
  { name: 'blank-lines.csv', why: 'zero-length lines are no records', records: 2, rejects: [] },
  { name: 'delimiters-only.csv', why: 'lines of delimiters, also with spaces, are no records', records: 2, rejects: [] },
  { name: 'line-of-spaces.csv', why: 'a line of spaces is a malformed record', records: 3, rejects: [[2, 'malformed_row', '   ']] },
  {
    name: 'field-count.csv',
    why: 'a field too few, too many, one for all',
    records: 7,
    rejects: [
      [2, 'malformed_row', '2,7,1,1.50'],
      [3, 'malformed_row', '3,7,1,1.50,2026-01-01,'],
      [5, 'malformed_row', '"5,7,1,1.50,2026-01-01"'],
    ],
  },
  { name: 'nul.csv', why: 'a NUL byte', records: 3, rejects: [[2, 'malformed_row', '2,7,1\u2400,1.50,2026-01-01']] },
  { name: 'invalid-utf8.csv', why: 'Latin-1 in a UTF-8 file', records: 3, rejects: [[2, 'malformed_row', '2,7,1,1.50,caf\ufffd']] },
  {
    name: 'unclosed-quote.csv',
    why: 'an unclosed quote in the middle takes its own line only',
    records: 5,
    rejects: [[2, 'malformed_row', '2,"7,1,1.50,2026-01-01']],
  },
  {
    name: 'two-unclosed-quotes.csv',
    why: 'a second one closes the first: one malformed record over three lines',
    records: 4,
    rejects: [[2, 'malformed_row', `2,"7,1,1.50,2026-01-01\n${good(3)}\n4,7,"1,1.50,2026-01-01`]],
  },
  {
    name: 'only-malformed-and-one.csv',
    why: 'record numbers count malformed ones',
    records: 5,
    rejects: [
      [1, 'malformed_row', 'x'],
      [3, 'malformed_row', 'y'],
    ],
  },
  { name: 'spaces-around-values.csv', why: 'spaces around values', records: 1, rejects: [] },
  { name: 'UPPER.CSV', why: 'an upper-case name', records: 1, rejects: [] },
  { name: 'compressed.csv.gz', why: 'gzip', records: 3, rejects: [[2, 'invalid_quantity', '2|7|Café €😀|1.50|2026-01-01']] },
  { name: 'COMPRESSED.CSV.GZ', why: 'gzip with an upper-case name', records: 2, rejects: [] },
  { name: 'two-members.csv.gz', why: 'gzip files one behind the other', records: 2, rejects: [] },
  { name: 'compressed-utf16.csv.gz', why: 'UTF-16 inside gzip', records: 2, rejects: [] },
  {
    name: 'cell-of-10-mb.csv',
    why: 'a record over 1 MiB is malformed; 4 KiB of it are kept',
    records: 4,
    rejects: [
      [2, 'malformed_row', `2,7,1,1.50,"${'x'.repeat(4_084)}`],
      [3, 'malformed_row', `3,7,1,1.50,${'x'.repeat(4_085)}`],
    ],
    content: () => lines(HEADER, good(1), `2,7,1,1.50,"${CELL_10_MB}\n\n"`, `3,7,1,1.50,${CELL_10_MB}`, good(4)),
  },
  {
    name: 'unclosed-cell-of-10-mb.csv',
    why: 'unclosed, its line alone is malformed, and all behind it is read',
    records: 4,
    rejects: [
      [2, 'malformed_row', '2,7,1,1.50,"start'],
      [3, 'malformed_row', 'x'.repeat(4_096)],
    ],
    content: () => lines(HEADER, good(1), '2,7,1,1.50,"start', CELL_10_MB, good(4)),
  },
  {
    name: 'columns-100000.csv',
    why: '100,000 columns',
    records: 3,
    rejects: [[2, 'malformed_row', '2,7,1,1.50,2026-01-01,and few more']],
    content: () =>
      lines(
        wideLine(HEADER, (column) => `c${column}`),
        wideLine(good(1), () => 'v'),
        `${good(2)},and few more`,
        wideLine(good(3), () => ''),
      ),
  },
];

/** Each needs the CSV_ENCODING that it is listed under, for it carries no mark. */
export const READ_BY_ENCODING: Readonly<Record<string, ReadFile>> = {
  'iso-8859-1': { name: 'latin1.csv', why: 'Latin-1', records: 3, rejects: [[2, 'invalid_quantity', '2|7|Café\u0080|1.50|2026-01-01']] },
  'windows-1252': {
    name: 'windows-1252.csv',
    why: 'windows-1252',
    records: 3,
    rejects: [[2, 'invalid_quantity', '2|7|Café €|1.50|2026-01-01']],
  },
  'utf-16le': { name: 'utf16le-without-mark.csv', why: 'UTF-16 without its mark', records: 3, rejects: [[2, 'invalid_quantity', CAFE]] },
};
