import type { ErrorCode } from '@retail-etl/contracts';
import { gzipSync } from 'node:zlib';
import { good, HEADER, lines } from './outcomes.js';

/** Store files that fail their run, and what it says of each. */
export interface RefusedFile {
  readonly name: string;
  readonly why: string;
  readonly code: ErrorCode;
  readonly message: string | RegExp;
  readonly content?: () => Uint8Array;
}

const ALL_MISSING =
  'column sale_id is missing, column product_id is missing, column quantity is missing, column sale_amount is missing, column sale_date is missing';

const MOVED = 'sale_id,quantity,product_id,sale_amount,sale_date';

/** Each fails its run before anything is published. */
export const REFUSED: readonly RefusedFile[] = [
  {
    name: 'truncated.csv.gz',
    why: 'gzip cut off',
    code: 'FILE_REFUSED',
    message: 'truncated.csv.gz is not a whole gzip file (Z_BUF_ERROR)',
  },
  { name: 'no-gzip.csv.gz', why: 'no gzip', code: 'FILE_REFUSED', message: 'no-gzip.csv.gz is not a whole gzip file (Z_DATA_ERROR)' },
  {
    name: 'garbage-behind.csv.gz',
    why: 'text behind the gzip',
    code: 'FILE_REFUSED',
    message: 'garbage-behind.csv.gz is not a whole gzip file (Z_DATA_ERROR)',
  },
  {
    name: 'damaged.csv.gz',
    why: 'a wrong checksum',
    code: 'FILE_REFUSED',
    message: 'damaged.csv.gz is not a whole gzip file (Z_DATA_ERROR)',
  },
  {
    name: 'packed.csv',
    why: 'gzip under the name of a CSV file',
    code: 'FILE_NOT_TEXT',
    message: 'packed.csv is no CSV file: it is packed by gzip',
    content: () => gzipSync(lines(HEADER, good(1))),
  },
  {
    name: 'page.csv.gz',
    why: 'an HTML page, packed',
    code: 'FILE_NOT_TEXT',
    message: 'page.csv.gz is no CSV file: it is an HTML page',
    content: () => gzipSync('<!doctype html>\n<title>Log in</title>'),
  },
  {
    name: 'missing-column.csv',
    why: 'a column is missing',
    code: 'HEADER_INVALID',
    message: 'missing-column.csv: column sale_amount is missing; line 1 is "sale_id,product_id,quantity,sale_date"',
  },
  {
    name: 'duplicate-column.csv',
    why: 'a column appears twice',
    code: 'HEADER_INVALID',
    message: `duplicate-column.csv: column quantity appears twice; line 1 is "${HEADER}, QUANTITY "`,
  },
  { name: 'no-header.csv', why: 'no header', code: 'HEADER_INVALID', message: `no-header.csv: ${ALL_MISSING}; line 1 is "${good(1)}"` },
  {
    name: 'other-delimiter.csv',
    why: 'a delimiter of its own',
    code: 'HEADER_INVALID',
    message: `other-delimiter.csv: ${ALL_MISSING}; line 1 is "${HEADER.replaceAll(',', ':')}"`,
  },
  {
    name: 'old-mac.csv',
    why: 'lone returns for newlines',
    code: 'HEADER_INVALID',
    message: /^old-mac\.csv: column sale_date is missing; line 1 is "sale_id,.*\\r1,7,1.*", with lone returns \(CR\)/,
  },
  {
    name: 'return-inside-header.csv',
    why: 'a lone return is text, in a header too',
    code: 'HEADER_INVALID',
    message: String.raw`return-inside-header.csv: column sale_id is missing; line 1 is "title\r${HEADER}", with lone returns (CR), which end no line: save the file with LF or CRLF`,
  },
  {
    name: 'title.csv',
    why: 'a title above the header',
    code: 'HEADER_INVALID',
    message: String.raw`title.csv: ${ALL_MISSING}; line 2 is "Sales\tof January"`,
    content: () => lines('', 'Sales\tof January', '', HEADER, good(1)),
  },
  {
    name: 'sep-other.csv',
    why: 'a line sep= with a delimiter that is not read',
    code: 'HEADER_INVALID',
    message: 'sep-other.csv: fields have to be separated by comma, semicolon, tab or pipe; line 1 is "sep=:"',
    content: () => lines('sep=:', HEADER.replaceAll(',', ':'), good(1).replaceAll(',', ':')),
  },
  {
    name: 'unclosed-header.csv',
    why: 'a quote of the header is open',
    code: 'HEADER_INVALID',
    message: /^unclosed-header\.csv: the header has an unclosed or misplaced quote; line 1 is ""sale_id,/,
  },
  {
    name: 'utf16le-without-mark.csv',
    why: 'UTF-16 read as UTF-8',
    code: 'HEADER_INVALID',
    message: /^utf16le-without-mark\.csv: .* line 1 is "s\\u0000a.*", with NUL bytes: if it is UTF-16, set CSV_ENCODING$/,
  },
  {
    name: 'long-header.csv',
    why: 'a header over 1 MiB',
    code: 'HEADER_INVALID',
    message: `long-header.csv: no header of at most 1 MiB was found; line 1 is "${HEADER},${'x'.repeat(70)}…"`,
    content: () => lines(`${HEADER},${'x'.repeat(1 << 20)}`, good(1)),
  },
  {
    name: 'second-header.csv',
    why: 'a second header with the columns in another order',
    code: 'HEADER_CHANGED',
    message: `second-header.csv: record 2 holds a second header, "${MOVED}", which differs from the one in line 1, "${HEADER}"`,
    content: () => lines(HEADER, good(1), MOVED, '3,1,9,1.50,2026-01-01'),
  },
  {
    name: 'second-delimiter.csv',
    why: 'a second header with another delimiter, after a malformed record and a blank line',
    code: 'HEADER_CHANGED',
    message: `second-delimiter.csv: record 3 holds a second header, "${HEADER.replaceAll(',', ';')}", which differs from the one in line 1, "${HEADER}"`,
    content: () => lines(HEADER, good(1), 'x', ',,,,', HEADER.replaceAll(',', ';'), good(2).replaceAll(',', ';')),
  },
  { name: 'empty.csv', why: 'nothing', code: 'SOURCE_EMPTY', message: 'empty.csv is empty' },
  { name: 'mark-only.csv', why: 'nothing but a mark', code: 'SOURCE_EMPTY', message: 'mark-only.csv is empty' },
  { name: 'only-blank-lines.csv', why: 'nothing but blank lines', code: 'SOURCE_EMPTY', message: 'only-blank-lines.csv is empty' },
  { name: 'header-only.csv', why: 'no records', code: 'SOURCE_EMPTY', message: 'header-only.csv has a header but no records' },
  {
    name: 'header-without-newline.csv',
    why: 'no records, no newline',
    code: 'SOURCE_EMPTY',
    message: 'header-without-newline.csv has a header but no records',
  },
  {
    name: 'headers-only.csv',
    why: 'headers alone are no records',
    code: 'SOURCE_EMPTY',
    message: 'headers-only.csv has a header but no records',
    content: () => lines(HEADER, HEADER, '', HEADER),
  },
  {
    name: 'header-and-blank-lines.csv',
    why: 'no records but blank lines',
    code: 'SOURCE_EMPTY',
    message: 'header-and-blank-lines.csv has a header but no records',
  },
  { name: 'empty.csv.gz', why: 'nothing inside gzip', code: 'SOURCE_EMPTY', message: 'empty.csv.gz is empty' },
  {
    name: 'zero-bytes.csv.gz',
    why: 'nothing at all is no gzip',
    code: 'FILE_REFUSED',
    message: 'zero-bytes.csv.gz is not a whole gzip file (Z_BUF_ERROR)',
  },
];

/** With FILE_BYTES_MAX=1000000: a megabyte and a half of records in four kilobytes of gzip. */
export const BOMB: RefusedFile = {
  name: 'bomb.csv.gz',
  why: 'a gzip bomb',
  code: 'FILE_REFUSED',
  message: 'bomb.csv.gz is larger than FILE_BYTES_MAX (1000000 bytes, decompressed)',
  content: () => gzipSync(lines(HEADER, ...Array.from({ length: 64_000 }, () => good(1)))),
};
