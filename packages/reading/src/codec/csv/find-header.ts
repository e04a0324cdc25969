import { EtlError, shownText } from '@retail-etl/contracts';
import { type CsvOptions, withoutUnseen } from '@retail-etl/sales';

/** In this order they are tried. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** A longer header is refused, and so is a file with more before its header. */
const HEADER_BYTES_MAX = 1 << 20;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** How a header is to be found. */
export type HeaderForm = Pick<CsvOptions, 'delimiter' | 'quote' | 'skipLines'>;

const USUAL_FORM: HeaderForm = { delimiter: null, quote: '"', skipLines: 0 };

/** Nothing but delimiters, white space and empty quoted fields. */
const BLANK_LINE = /^(?:[,;|\s]|"")*$/;

/** `sep=;`, which tells Excel how fields are separated. Saved once more, it may be quoted, with delimiters after it. */
const SEPARATOR_LINE = /^"?sep=(.)"?[,;|\s]*$/i;

/** A header as it lies in a file. */
export interface Header {
  /** Without its line end. */
  readonly text: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  /** The delimiter that a line `sep=` before the header names; null without one. */
  readonly delimiter: string | null;
  /** The offset of the first byte after it. */
  readonly bodyAt: number;
}

/**
 * Looks for the whole header at the beginning of a file. Null: not enough bytes yet, or, if `isAll`, no header: then the end of the bytes is
 * the end of the file. Lines before it that hold only delimiters and white space are passed over, and a line `sep=` is read. Throws
 * HEADER_INVALID if there is no end of a header within 1 MiB, or if `sep=` names something else than one of the four delimiters. Where a delimiter
 * is declared, that counts.
 */
export function findHeader(bytes: Buffer, isAll: boolean, file: string, form = USUAL_FORM): Header | null {
  let delimiter = form.delimiter;
  for (let start = 0, line = 1; start < bytes.length; line += 1) {
    const newline = findLineEnd(bytes, start, line <= form.skipLines ? { ...form, quote: null } : form);
    if (newline === -1 && bytes.length - start > HEADER_BYTES_MAX) {
      const found = { text: bytes.toString('utf8', start, start + HEADER_BYTES_MAX), line };
      throw headerInvalid(file, 'no header of at most 1 MiB was found', found);
    }
    if (newline === -1 && !isAll) return null;
    const end = newline === -1 ? bytes.length : newline;
    if (line <= form.skipLines) {
      start = end + 1;
      continue;
    }
    const text = bytes.toString('utf8', start, withoutReturns(bytes, start, end));
    const separator = SEPARATOR_LINE.exec(withoutUnseen(text))?.[1];
    if (separator === undefined && !BLANK_LINE.test(withoutUnseen(text)))
      return { text, line, delimiter, bodyAt: Math.min(end + 1, bytes.length) };
    if (separator !== undefined) delimiter = form.delimiter ?? checkSeparator(separator, file, { text, line });
    start = end + 1;
    if (start > HEADER_BYTES_MAX) throw new EtlError('HEADER_INVALID', `${file}: no header was found in the first MiB`);
  }
  return null;
}

/** Whether a line is `sep=` with one of the four delimiters. */
export function isSeparatorLine(line: string): boolean {
  const separator = SEPARATOR_LINE.exec(withoutUnseen(line))?.[1];
  return DELIMITERS.some((delimiter) => delimiter === separator);
}

/** The offset of the newline that ends the line at `start`, or -1 if none is there. */
function findLineEnd(bytes: Buffer, start: number, { delimiter, quote }: HeaderForm): number {
  const delimiters = new Set<number | undefined>((delimiter === null ? DELIMITERS : [delimiter]).map((each) => each.charCodeAt(0)));
  const quoteByte = quote?.charCodeAt(0) ?? -1;
  let isQuoted = false;
  let closedAt = -1;
  for (let at = start; at < bytes.length && at - start <= HEADER_BYTES_MAX; at += 1) {
    if (bytes[at] === quoteByte) {
      // As in records: a quote opens a field only as its first byte, and of two inside one the second opens it again.
      if (isQuoted) closedAt = at;
      isQuoted = !isQuoted && (at === start || closedAt === at - 1 || delimiters.has(bytes[at - 1]));
    } else if (bytes[at] === NEWLINE && !isQuoted) return at;
  }
  return -1;
}

function withoutReturns(bytes: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === RETURN) at -= 1;
  return at;
}

function checkSeparator(separator: string, file: string, found: Pick<Header, 'text' | 'line'>): string {
  if (DELIMITERS.some((delimiter) => delimiter === separator)) return separator;
  throw headerInvalid(file, 'fields have to be separated by comma, semicolon, tab or pipe', found);
}

/** HEADER_INVALID with what is wrong and the line that was taken for the header. */
export function headerInvalid(file: string, problem: string, { text, line }: Pick<Header, 'text' | 'line'>): EtlError {
  return new EtlError('HEADER_INVALID', `${file}: ${problem}; line ${line} is "${shownText(text)}"${hint(text)}`);
}

/** What is behind a header that looks like no other. */
function hint(text: string): string {
  if (text.includes('\0')) return ', with NUL bytes: if it is UTF-16, set CSV_ENCODING';
  return hasLoneReturns(text) ? ', with lone returns (CR), which end no line: save the file with LF or CRLF' : '';
}

/** Whether a header, without its line end, holds returns that end no line: then it may be the whole file. */
export function hasLoneReturns(text: string): boolean {
  return /\r[^\r]/.test(text);
}
