import { EtlError, shownText } from '@retail-etl/contracts';
import { columnKey, SALES_COLUMNS } from '@retail-etl/sales';
import { quoteOf } from './byte-classes.js';
import { type Header, isSeparatorLine } from './find-header.js';
import type { AskedRecord, HeaderWatch } from './header-watch.js';
import type { RecordShape } from './record-reader.js';

/**
 * 1 for two bytes, one after the other, that tell a name or a line `sep=`: each of these holds one of the pairs, and few other records do.
 * Between the two there may be characters that nobody sees, which are not ASCII.
 */
const TELLING = new Uint8Array(1 << 16);
for (const pair of ['_i', '_a', '_d', 'qu', 'p=']) {
  for (const first of Buffer.from(pair[0]! + pair[0]!.toUpperCase())) {
    for (const second of Buffer.from(pair[1]! + pair[1]!.toUpperCase())) TELLING[(first << 8) | second] = 1;
    TELLING.fill(1, (first << 8) | 0x80, (first + 1) << 8);
  }
}

/** So many records of nothing but texts are looked at for other names than those of the columns, each with a few of its characters. */
const LOOKS_MAX = 10_000;
const NAME_LENGTH_MAX = 64;
/** Two letters at least, and no digit. */
const NAME = /^\p{L}[^\p{N}]*\p{L}[^\p{N}]*$/u;

/** A header of fewer columns may be a sale of nothing but words. */
const OTHER_NAMES_MIN = 4;

/** What a watch knows of the columns that are read. */
export interface WatchedColumns {
  /** Of the sink's columns the names in the header, as `columnKey` gives them. */
  readonly names: readonly string[];
  /** Those of them that hold numbers. */
  readonly numberColumns: readonly number[];
  /** Characters that a number may begin with, besides digits, signs and points. */
  readonly otherStarts: string;
  /** Lines that match are footers. */
  readonly footer: RegExp | null;
  /** True for names of columns that may also be a sale's text, such as Country: then one of them makes no header. */
  readonly areCommon: boolean;
}

/**
 * The headers after the first one of a file, and its footers. A header that puts the columns where the first does is passed over and counted. Any
 * other ends the reading, because the rows behind it would be read in the wrong order.
 *
 * A record is taken for a header if it cannot be a sale and has the name of a column in the place of one that is read, or two names anywhere.
 * A sale has a number for its quantity and its amount, so none can be taken for one. A record of different texts in all places is a
 * header of other names, and refused as well. A line that matches the footer's expression is none of these: it is passed over and counted.
 */
export class RepeatedHeaders implements HeaderWatch {
  readonly numberColumns: readonly number[];
  readonly otherStarts: string;
  readonly asksAlways: boolean;
  /** Headers that were passed over. */
  count = 0;
  footers = 0;
  #looksLeft = LOOKS_MAX;
  readonly #header: Header;
  readonly #shape: RecordShape;
  readonly #file: string;
  readonly #columns: WatchedColumns;
  readonly #areUsual: boolean;
  /** What quotes a field; empty if nothing does. */
  readonly #quote: string;

  constructor(header: Header, shape: RecordShape, file: string, columns: WatchedColumns) {
    this.#header = header;
    this.#shape = shape;
    this.#file = file;
    this.#columns = columns;
    const quote = quoteOf(shape);
    this.#quote = quote === -1 ? '' : String.fromCharCode(quote);
    this.numberColumns = columns.numberColumns;
    this.otherStarts = columns.otherStarts;
    // Without a column of numbers no record lacks one.
    this.asksAlways = columns.footer !== null || columns.numberColumns.length === 0;
    this.#areUsual = columns.names.every((name, index) => name === SALES_COLUMNS[index]);
  }

  /** Throws HEADER_CHANGED for a header that is not the file's. */
  isHeader({ data, start, end, valuesOf, hasNumbers }: AskedRecord, before: number): boolean {
    const text =
      this.#columns.footer !== null || !this.#areUsual || holdsTelling(data, start, end)
        ? Buffer.from(data.buffer, data.byteOffset + start, end - start).toString('utf8')
        : undefined;
    if (text !== undefined && this.#columns.footer?.test(text) === true) {
      this.footers += 1;
      return true;
    }
    if (hasNumbers && this.numberColumns.length > 0) return false;
    if (valuesOf === null) return text !== undefined && this.#isMalformedHeader(text, end - start, before);
    if (text !== undefined && this.#holdsName(text, text.length === end - start) && this.#isNamedHeader(text, valuesOf(), before))
      return true;
    if (this.#looksLeft > 0) this.#refuseOtherNames(valuesOf(), before);
    return false;
  }

  #isMalformedHeader(text: string, bytes: number, before: number): boolean {
    if (isSeparatorLine(text)) return true;
    if (!this.#holdsName(text, text.length === bytes)) return false;
    for (const line of text.split('\n')) if (this.#countNames(line) >= 2 && !this.#endsAsHeader(line)) throw this.#changed(line, before);
    return false;
  }

  #isNamedHeader(text: string, values: readonly string[], before: number): boolean {
    const keys = values.map(this.#nameIn);
    if (keys.every((key, column) => key === this.#columns.names[column])) {
      this.count += 1;
      return true;
    }
    const lines = text.split('\n');
    // Of a record of several lines, a stray quote may have taken the lines for one field.
    const line = lines.length === 1 ? this.#lineOfNames(text) : lines.find((each) => this.#countNames(each) >= 2);
    if (line === undefined && (this.#columns.areCommon || !keys.some((key) => this.#isName(key)))) return false;
    throw this.#changed(line ?? text, before);
  }

  /**
   * Throws HEADER_CHANGED if all values are words without a digit, each another one: names that are not those of the columns, as
   * a file of another layout has them. Of a flood of such records not all are looked at: so many are no headers.
   */
  #refuseOtherNames(values: readonly string[], before: number): void {
    this.#looksLeft -= 1;
    if (values.length < OTHER_NAMES_MIN) return;
    const keys = values.map(this.#nameIn);
    const areNames = keys.every((key) => NAME.test(key) && key.length <= NAME_LENGTH_MAX) && new Set(keys).size === keys.length;
    if (areNames) throw this.#changed(values.join(String.fromCharCode(this.#shape.delimiter)), before);
  }

  /** The text, if two of its fields are names of columns; what stands in quotes is one field. */
  #lineOfNames(text: string): string | undefined {
    const delimiter = `\\x${this.#shape.delimiter.toString(16).padStart(2, '0')}`;
    const quote = this.#quote;
    const quoted = quote === '' ? '' : `${quote}(?:[^${quote}]|${quote}${quote})*${quote}|`;
    const fields = text.match(new RegExp(`${quoted}[^${quote}${delimiter}]+`, 'g')) ?? [];
    return fields.filter((field) => this.#isName(this.#nameIn(field))).length >= 2 ? text : undefined;
  }

  /**
   * Whether a malformed line is the header, or ends in it, as where the file before had no newline at its end. Then the record stays
   * malformed, but those behind it are read rightly.
   */
  #endsAsHeader(line: string): boolean {
    const { delimiter, fieldCount, columnOfField } = this.#shape;
    const keys = line.split(String.fromCharCode(delimiter)).map(this.#nameIn);
    const isGlued = keys.length === 2 * fieldCount - 1;
    return (
      (isGlued || keys.length === fieldCount) &&
      keys.slice(-fieldCount).every((key, field) => {
        const name = this.#columns.names[columnOfField[field]!];
        return name === undefined || (isGlued && field === 0 ? key !== name && key.endsWith(name) : key === name);
      })
    );
  }

  /** A name as it is compared. Quotes are still there if a byte order mark stands before them. */
  readonly #nameIn = (field: string): string => columnKey(field.replaceAll(this.#quote, ''));

  #isName(key: string): boolean {
    return this.#columns.names.includes(key);
  }

  /** Of ASCII, no character is unseen, which saves the search for them. */
  #holdsName(text: string, isAscii: boolean): boolean {
    const key = isAscii ? text.toLowerCase() : columnKey(text);
    return this.#columns.names.some((name) => key.includes(name));
  }

  /** How many names of columns stand between delimiters, whichever, in quotes or not. */
  #countNames(line: string): number {
    return line
      .split(this.#areUsual ? /[,;|\t"]/ : String.fromCharCode(this.#shape.delimiter))
      .filter((field) => this.#isName(this.#nameIn(field))).length;
  }

  #changed(found: string, before: number): EtlError {
    const { text, line } = this.#header;
    return new EtlError(
      'HEADER_CHANGED',
      `${this.#file}: record ${before + 1} holds a second header, "${shownText(found.replace(/\r+$/, ''))}", which differs from the one in line ${line}, "${shownText(text)}"`,
    );
  }
}

function holdsTelling(data: Uint8Array, start: number, end: number): boolean {
  for (let at = start, before = 0; at < end; at += 1) {
    const byte = data[at]!;
    if (TELLING[(before << 8) | byte] === 1) return true;
    before = byte;
  }
  return false;
}
