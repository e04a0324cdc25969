/**
 * A second reading of store files, written from the design's text alone: slow, simple, by regular expressions over the whole text. It
 * shares nothing with the scanner. Texts are latin1 strings, a character for each byte.
 */

export interface OracleRecord {
  /** 1-based among the data records. */
  readonly number: number;
  /** The fields as text; null where the record is malformed. */
  readonly fields: readonly string[] | null;
  /** The record's bytes without its newline; of an unclosed quote its first line. */
  readonly raw: Buffer;
}

export interface OracleOptions {
  readonly delimiter: string;
  readonly fieldCount: number;
  readonly recordBytesMax?: number;
  /** Whether a line of delimiters, spaces, tabs and empty quoted fields is no record. */
  readonly skipsBlankLines?: boolean;
  /** Names of the fields, in lower case: a record that holds just these, in any case and padded, is the header again, and no record. */
  readonly header?: readonly string[];
}

/** How often the header comes again. */
export function countHeaders(body: Uint8Array, options: OracleOptions): number {
  const { header: _, ...others } = options;
  return readRecords(body, others).length - readRecords(body, options).length;
}

const NEWLINE = /\r*\n/y;
/** The closing quote has no quote behind it: two together are one of the text. */
const QUOTED = /"([^"]*(?:""[^"]*)*)"(?!")/y;

/** UTF-8 in latin1. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** Reads data records, the header being gone already. */
export function readRecords(body: Uint8Array, options: OracleOptions): OracleRecord[] {
  const text = Buffer.from(body).toString('latin1');
  const records: OracleRecord[] = [];
  for (let at = 0; at < text.length;) {
    const emptyLine = match(NEWLINE, text, at);
    if (emptyLine !== null && fits('', emptyLine, options)) {
      at += emptyLine.length;
      continue;
    }
    const record = readRecord(text, at, options.delimiter);
    const end = record === 'open' ? lineEnd(text, at) : record.end;
    const raw = text.slice(at, end);
    const newline = match(NEWLINE, text, end) ?? '';
    const isBlank = raw.includes(options.delimiter) && raw.split(options.delimiter).every((field) => /^(?:[ \t]*|"")$/.test(field));
    if (options.skipsBlankLines === true && isBlank && fits(raw, newline, options)) {
      at = end + newline.length;
      continue;
    }
    const isWell =
      record !== 'open' &&
      !record.hasTextBehindQuote &&
      isGood(raw) &&
      fits(raw, newline, options) &&
      record.fields.length === options.fieldCount;
    const names = isWell ? record.fields.map((field) => field.replace(BYTE_ORDER_MARK, '').trim().toLowerCase()) : [];
    if (isWell && options.header !== undefined && names.join('\n') === options.header.join('\n')) {
      at = end + newline.length;
      continue;
    }
    records.push({
      number: records.length + 1,
      fields: isWell ? record.fields.map((field) => Buffer.from(field, 'latin1').toString('utf8')) : null,
      raw: Buffer.from(raw, 'latin1'),
    });
    at = end + newline.length;
  }
  return records;
}

/** The text of a malformed record as people see it: 4 KiB, what is no UTF-8 replaced, NUL as its picture. */
export function shownRaw(raw: Uint8Array): string {
  return Buffer.from(raw.subarray(0, 4_096)).toString('utf8').replaceAll('\0', '\u2400');
}

/** A record has at most 1 MiB; with returns at its end, two bytes more. */
function fits(raw: string, newline: string, { recordBytesMax = 1_048_576 }: OracleOptions): boolean {
  return raw.length <= recordBytesMax && raw.length + newline.length <= recordBytesMax + 3;
}

function isGood(raw: string): boolean {
  if (raw.includes('\0')) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(raw, 'latin1'));
    return true;
  } catch {
    return false;
  }
}

function readRecord(
  text: string,
  start: number,
  delimiter: string,
): { fields: string[]; end: number; hasTextBehindQuote: boolean } | 'open' {
  // Everything up to the delimiter, a newline or the end.
  const plain = new RegExp(`(?:(?!\\r*\\n)[^${delimiter === '|' ? '\\|' : delimiter}])*`, 'y');
  const fields: string[] = [];
  let hasTextBehindQuote = false;
  for (let at = start; ; at += 1) {
    if (text[at] === '"') {
      const quoted = match(QUOTED, text, at);
      if (quoted === null) return 'open';
      fields.push(quoted.slice(1, -1).replaceAll('""', '"'));
      at += quoted.length;
      const behind = match(plain, text, at) ?? '';
      if (behind !== '') hasTextBehindQuote = true;
      at += behind.length;
    } else {
      const field = match(plain, text, at) ?? '';
      fields.push(field);
      at += field.length;
    }
    if (text[at] !== delimiter) return { fields, end: at, hasTextBehindQuote };
  }
}

function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  if (newline === -1) return text.length;
  let end = newline;
  while (end > start && text[end - 1] === '\r') end -= 1;
  return end;
}

function match(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}
