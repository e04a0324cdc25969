import { quoteOf } from './byte-classes.js';
import { RAW_BYTES_MAX, type RecordShape } from './record-reader.js';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

const FIELD_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_IN_QUOTED = 3;

/** Passes over one record of any length in constant memory, keeping its first bytes and where its second line begins. */
export class RecordSkipper {
  /** Where the text goes on after the record, once that has ended. */
  offset: number;
  /** Lines of the record so far. */
  lines = 1;
  /** Offset of the record's second line; null while the record has only one. */
  secondLineOffset: number | null = null;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #quotesStayOpen: boolean;
  readonly #head = new Uint8Array(RAW_BYTES_MAX);
  /** Bytes of the record so far, and of its first line and of all of it once they have ended: without the newline and the returns before it. */
  #length = 0;
  #firstLineLength = Infinity;
  #recordLength = Infinity;
  /** Returns right before what comes next. */
  #returns = 0;
  #state = FIELD_START;

  constructor(shape: RecordShape, offset: number, quotesStayOpen: boolean) {
    this.#delimiter = shape.delimiter;
    this.#quote = quoteOf(shape);
    this.offset = offset;
    this.#quotesStayOpen = quotesStayOpen;
  }

  get isQuoteOpen(): boolean {
    return this.#state === QUOTED;
  }

  /** The record's first bytes. */
  get head(): Uint8Array {
    return this.#head.subarray(0, Math.min(this.#length, this.#recordLength));
  }

  /** The first line's first bytes. */
  get firstLine(): Uint8Array {
    return this.#head.subarray(0, Math.min(this.#length, this.#firstLineLength));
  }

  /** Takes the next piece. Returns where in it the record has ended (after its newline), or -1. */
  feed(piece: Uint8Array): number {
    if (this.#length < RAW_BYTES_MAX) this.#head.set(piece.subarray(0, RAW_BYTES_MAX - this.#length), this.#length);
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at]!;
      if (byte === NEWLINE) {
        const lineLength = this.#length + at - this.#returns;
        if (this.secondLineOffset === null) {
          this.#firstLineLength = lineLength;
          this.secondLineOffset = this.offset + at + 1;
        }
        if (this.#state !== QUOTED || this.#quotesStayOpen) {
          this.#recordLength = lineLength;
          this.#advance(at + 1);
          return at + 1;
        }
        this.lines += 1;
      } else this.#step(byte);
      this.#returns = byte === RETURN ? this.#returns + 1 : 0;
    }
    this.#advance(piece.length);
    return -1;
  }

  #advance(bytes: number): void {
    this.#length += bytes;
    this.offset += bytes;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case QUOTED:
        if (byte === this.#quote) this.#state = QUOTE_IN_QUOTED;
        break;
      case QUOTE_IN_QUOTED:
        this.#state = byte === this.#quote ? QUOTED : byte === this.#delimiter ? FIELD_START : PLAIN;
        break;
      case FIELD_START:
        this.#state = byte === this.#quote ? QUOTED : byte === this.#delimiter ? FIELD_START : PLAIN;
        break;
      default:
        if (byte === this.#delimiter) this.#state = FIELD_START;
    }
  }
}
