import { isUtf8 } from 'node:buffer';
import { TextColumn } from '../parquet/text-column.js';
import { blankStarts as startsOfBlankLines, BYTES, CLASSES, classesOfBytes, quoteOf } from './byte-classes.js';
import { isWithin, passBlankLine } from './blank-lines.js';
import { Carry } from './carry.js';
import { type HeaderWatch, lacksNumber, numberStarts, valuesFrom } from './header-watch.js';
import { endsLine, lineEnd, passReturns } from './line-ends.js';
import { RAW_BYTES_MAX, RECORD_BYTES_MAX, type RecordReader, type RecordShape, type RecordSink } from './record-reader.js';
import { RecordSkipper } from './record-skipper.js';

// Constants of this module, because V8 does not fold imported ones into the loops: that took 10 of 110 ns a row.
const { NEWLINE, RETURN } = BYTES;
const { ORDINARY, DELIMITER, END, CARRIAGE, NUL } = CLASSES;

/** Reads records byte by byte and writes the wanted fields of well-formed ones straight into Parquet columns. */
export class RecordScanner implements RecordReader {
  records = 0;
  readonly #shape: RecordShape;
  readonly #sink: RecordSink;
  readonly #headers: HeaderWatch | null;
  readonly #recordBytesMax: number;
  readonly #classes: Uint8Array;
  readonly #quote: number;
  readonly #numberStarts: Uint8Array;
  /** 1 for the fields that fill a number column of `#headers`. */
  readonly #isNumber: Uint8Array;
  /** 1 for the bytes that a line without a record can begin with. */
  readonly #blankStarts: Uint8Array;
  readonly #marks: Int32Array;
  /** Takes the fields that fill no column; it stays empty. */
  readonly #ignored = new TextColumn();
  /** The beginning of a record whose end has not been seen. */
  readonly #carry = new Carry();
  /** What is being scanned, to be read four bytes at a time. */
  #words: DataView = new DataView(new ArrayBuffer(0));
  /** Lines of the record that is being read, so far: newlines in quotes begin further ones. */
  #lines = 1;
  /** Whether the quoted field that was read last holds a NUL. */
  #sawNul = false;
  /** Set while a record over 1 MiB is passed over. */
  #skipper: RecordSkipper | null = null;
  /** Where `#carry` begins in the text. */
  #offset: number;
  /**
   * Set once a quote was found open at the end of the file: then no later line closes a quote either. So each open one makes its
   * line malformed at once, and the text is read at most twice.
   */
  #quotesStayOpen = false;
  /** Where in what is being scanned the text ends, if it ends in returns: no newline of the text follows them, so they are text. Else -1. */
  #textEnd = -1;

  /** `offset` is the first pushed byte's place in the text. Without `headers`, every record is one. */
  constructor(shape: RecordShape, sink: RecordSink, offset: number, headers: HeaderWatch | null = null, recordBytesMax = RECORD_BYTES_MAX) {
    this.#shape = shape;
    this.#sink = sink;
    this.#headers = headers;
    this.#recordBytesMax = recordBytesMax;
    this.#offset = offset;
    this.#classes = classesOfBytes(shape);
    this.#quote = quoteOf(shape);
    this.#numberStarts = numberStarts(headers);
    this.#blankStarts = startsOfBlankLines(shape);
    this.#isNumber = Uint8Array.from(shape.columnOfField, (column) => (headers?.numberColumns.includes(column) ? 1 : 0));
    this.#marks = new Int32Array(sink.rows.columns.length);
  }

  push(piece: Buffer): void {
    let data = piece;
    if (this.#skipper !== null) {
      const end = this.#skipper.feed(piece);
      if (end === -1) return;
      this.#offset = this.#skipper.offset;
      this.#malformed(this.#skipper.head, this.#skipper.lines);
      this.#skipper = null;
      data = piece.subarray(end);
    } else if (this.#carry.length > 0) {
      data = this.#carry.join(piece);
    }
    const end = data.lastIndexOf(NEWLINE) + 1;
    const done = this.#scan(data, end);
    this.#offset += done;
    const rest = data.subarray(done);
    this.#carry.length = 0;
    if (rest.length > this.#recordBytesMax + 2) {
      this.#skipper = new RecordSkipper(this.#shape, this.#offset, this.#quotesStayOpen);
      // The record did not end within `rest`, so this only brings the skipper to where the text is.
      this.#skipper.feed(rest);
    } else this.#carry.join(rest);
  }

  finish(): number | null {
    if (this.#skipper !== null) {
      const skipper = this.#skipper;
      this.#skipper = null;
      const isUnclosed = skipper.isQuoteOpen;
      this.#malformed(isUnclosed ? skipper.firstLine : skipper.head, isUnclosed ? 1 : skipper.lines);
      if (!isUnclosed || skipper.secondLineOffset === null) return null;
      this.#quotesStayOpen = true;
      this.#offset = skipper.secondLineOffset;
      return this.#offset;
    }
    if (this.#carry.length === 0) return null;
    const data = this.#carry.join(Buffer.of(NEWLINE));
    const done = this.#scanLast(data);
    if (done < data.length) {
      this.#quotesStayOpen = true;
      this.#scanLast(data.subarray(done));
    }
    return null;
  }

  /** Scans what is left of the text, and a newline that is not its own. Returns what `#scan` does. */
  #scanLast(data: Uint8Array): number {
    if (data[data.length - 2] === RETURN) this.#textEnd = data.length - 1;
    return this.#scan(data, data.length);
  }

  /** Hands over the record between `start` and `end` of `data`. */
  #malformed(data: Uint8Array, lines: number, start = 0, end = data.length): void {
    const headEnd = end - start > this.#recordBytesMax ? start + RAW_BYTES_MAX : end;
    if (this.#headers?.isHeader({ data, start, end: headEnd, valuesOf: null, hasNumbers: false }, this.records) === true) return;
    this.records += 1;
    this.#sink.malformed(this.records, data.subarray(start, Math.min(end, start + RAW_BYTES_MAX)), lines);
  }

  /** Not part of `#scanRecord`: the variables that a function made there captures would move to the heap, for each record. */
  #isWellFormedHeader(headers: HeaderWatch, data: Uint8Array, start: number, end: number): boolean {
    const { columns } = this.#sink.rows;
    const hasNumbers = !lacksNumber(columns, this.#marks, headers, this.#numberStarts);
    if (hasNumbers && headers.asksAlways !== true) return false;
    return headers.isHeader({ data, start, end, valuesOf: () => valuesFrom(columns, this.#marks), hasNumbers }, this.records);
  }

  /** Scans whole lines, `data[end - 1]` being a newline. Returns where the first record begins that has not ended by `end`. */
  #scan(data: Uint8Array, end: number): number {
    if (end === 0) return 0;
    const isValid = isUtf8(data.subarray(0, end));
    const { rows } = this.#sink;
    // A record of n bytes adds at most n bytes and five lengths to a column.
    for (const column of rows.columns) column.reserve(2 * end + 64);
    this.#words = new DataView(data.buffer, data.byteOffset, end);
    this.#ignored.reserve(end + 64);
    const blankStarts = this.#blankStarts;
    let at = 0;
    while (at < end) {
      if (blankStarts[data[at]!] === 1) {
        const after = passBlankLine(data, at, this.#shape, this.#textEnd, this.#recordBytesMax);
        if (after !== at) {
          at = after;
          continue;
        }
      }
      const next = this.#scanRecord(data, at, end, isValid);
      if (next === -1) break;
      at = next;
    }
    rows.limitRowGroup();
    return at;
  }

  /** Reads one record. Returns where the next begins, or -1 if this one has not ended by `end`. */
  #scanRecord(data: Uint8Array, start: number, end: number, isValid: boolean): number {
    const classes = this.#classes;
    const { columnOfField, fieldCount } = this.#shape;
    const { rows } = this.#sink;
    const { columns } = rows;
    for (let i = 0; i < columns.length; i += 1) this.#marks[i] = columns[i]!.length;
    const isNumber = this.#isNumber;
    const words = this.#words;
    const lastWord = end - 4;
    const delimiters = this.#shape.delimiter * 0x01010101;
    let at = start;
    let field = 0;
    let isBad = false;
    const quote = this.#quote;
    const starts = this.#numberStarts;
    let mayLackNumber = this.#headers?.asksAlways === true;
    let hasExtra = false;
    for (;;) {
      if (starts[data[at]!] === 0 && isNumber[field] === 1) mayLackNumber = true;
      const column = field < fieldCount ? columnOfField[field]! : -1;
      if (data[at] === quote) {
        const closed = this.#scanQuoted(data, at + 1, end, column);
        if (closed < 0) {
          this.#rollBack();
          this.#lines = 1;
          if (!this.#quotesStayOpen) return -1;
          const newline = data.indexOf(NEWLINE, start);
          this.#malformed(data, 1, start, lineEnd(data, newline, this.#textEnd));
          return newline + 1;
        }
        if (field >= fieldCount && closed > at + 2) hasExtra = true;
        at = closed;
        if (this.#sawNul) isBad = true;
        const after = classes[data[at]!];
        if (after !== DELIMITER && after !== END && !(after === CARRIAGE && endsLine(data, at, this.#textEnd))) {
          // Text after a closing quote: the rest of the field is passed over as plain text.
          isBad = true;
          while (classes[data[at]!] !== DELIMITER && classes[data[at]!] !== END) at += 1;
          if (data[at] === NEWLINE) at = lineEnd(data, at, this.#textEnd);
        }
      } else {
        const target = column >= 0 ? columns[column]! : this.#ignored;
        const { bytes, view } = target;
        const lengthAt = target.length;
        let to = lengthAt + 4;
        // Four bytes at once, as long as none of them is below 0x20 or the delimiter (the tests may err, towards finding one).
        while (at <= lastWord) {
          const word = words.getInt32(at, true);
          const apart = word ^ delimiters;
          if (((((word - 0x20202020) & ~word) | ((apart - 0x01010101) & ~apart)) & 0x80808080) !== 0) break;
          view.setInt32(to, word, true);
          at += 4;
          to += 4;
        }
        for (;;) {
          const byte = data[at]!;
          const kind = classes[byte]!;
          if (kind !== ORDINARY) {
            if (kind === DELIMITER || kind === END) break;
            if (kind === NUL) isBad = true;
            else {
              const after = passReturns(data, at);
              if (data[after] === NEWLINE && after !== this.#textEnd) break;
              for (; at < after; at += 1) bytes[to++] = RETURN;
              continue;
            }
          }
          bytes[to++] = byte;
          at += 1;
        }
        if (column >= 0) {
          view.setInt32(lengthAt, to - lengthAt - 4, true);
          target.length = to;
        } else if (field >= fieldCount && to > lengthAt + 4) hasExtra = true;
      }
      field += 1;
      if (classes[data[at]!] === DELIMITER) {
        at += 1;
        continue;
      }
      break;
    }
    const recordEnd = at;
    const newline = data[at] === RETURN ? passReturns(data, at) : at;
    const fits = newline - start <= this.#recordBytesMax || isWithin(this.#recordBytesMax, start, recordEnd, newline);
    const hasFields = field === fieldCount || (field > fieldCount && !hasExtra && this.#shape.hasTrailingEmpty === true);
    const isWell = !isBad && hasFields && fits && (isValid || isUtf8(data.subarray(start, recordEnd)));
    const lines = this.#lines;
    if (lines !== 1) this.#lines = 1;
    if (!isWell) {
      this.#rollBack();
      this.#malformed(data, lines, start, recordEnd);
    } else if (mayLackNumber && this.#headers !== null && this.#isWellFormedHeader(this.#headers, data, start, recordEnd)) {
      this.#rollBack();
    } else {
      this.records += 1;
      if (lines > 1) this.#sink.multiLine?.(lines);
      rows.endRow();
    }
    return newline + 1;
  }

  /** Reads a quoted field; `start` is the byte after its opening quote. Returns where its closing quote ends, or -1 if it is open at `end`. */
  #scanQuoted(data: Uint8Array, start: number, end: number, column: number): number {
    this.#sawNul = false;
    const quote = this.#quote;
    const target = column >= 0 ? this.#sink.rows.columns[column]! : null;
    const lengthAt = target?.length ?? 0;
    let to = lengthAt + 4;
    for (let at = start; at < end; at += 1) {
      let byte = data[at]!;
      if (byte === quote) {
        if (data[at + 1] !== quote) {
          if (target !== null) {
            target.view.setInt32(lengthAt, to - lengthAt - 4, true);
            target.length = to;
          }
          return at + 1;
        }
        at += 1;
        byte = quote;
      } else if (byte === 0) this.#sawNul = true;
      else if (byte === NEWLINE) {
        if (this.#quotesStayOpen) return -1;
        this.#lines += 1;
      }
      if (target !== null) target.bytes[to++] = byte;
    }
    return -1;
  }

  #rollBack(): void {
    const { columns } = this.#sink.rows;
    for (let i = 0; i < columns.length; i += 1) columns[i]!.length = this.#marks[i]!;
  }
}
