import { RAW_BYTES_MAX } from './record-scanner.js';

const NEWLINE = 0x0a;
const QUOTE = 0x22;

const FIELD_START = 0;
const PLAIN = 1;
const QUOTED = 2;
const QUOTE_IN_QUOTED = 3;

/** Passes over one record of any length in constant memory, remembering its begin and where its second line begins. */
export class RecordSkipper {
  /** Where the text goes on behind the record, once it has ended. */
  offset: number;
  /** Offset of the record's second line; null while the record has only one. */
  secondLineOffset: number | null = null;
  readonly #delimiter: number;
  readonly #quotesStayOpen: boolean;
  readonly #head = new Uint8Array(RAW_BYTES_MAX);
  #headLength = 0;
  #firstLineLength: number | null = null;
  #state = FIELD_START;

  constructor(delimiter: number, offset: number, quotesStayOpen: boolean) {
    this.#delimiter = delimiter;
    this.offset = offset;
    this.#quotesStayOpen = quotesStayOpen;
  }

  get isQuoteOpen(): boolean {
    return this.#state === QUOTED;
  }

  /** The record's first bytes. */
  get head(): Uint8Array {
    return this.#head.subarray(0, this.#headLength);
  }

  /** The first line's first bytes. */
  get firstLine(): Uint8Array {
    return this.#head.subarray(0, Math.min(this.#headLength, this.#firstLineLength ?? this.#headLength));
  }

  /** Takes the next piece. Returns where in it the record has ended (behind its newline), or -1. */
  feed(piece: Uint8Array): number {
    const kept = piece.subarray(0, RAW_BYTES_MAX - this.#headLength);
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at]!;
      if (byte === NEWLINE) {
        if (this.#firstLineLength === null) {
          this.#firstLineLength = this.#headLength + at;
          this.secondLineOffset = this.offset + at + 1;
        }
        if (this.#state !== QUOTED || this.#quotesStayOpen) {
          this.#keep(kept.subarray(0, at));
          this.offset += at + 1;
          return at + 1;
        }
      } else this.#step(byte);
    }
    this.#keep(kept);
    this.offset += piece.length;
    return -1;
  }

  #keep(bytes: Uint8Array): void {
    this.#head.set(bytes, this.#headLength);
    this.#headLength += bytes.length;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case QUOTED:
        if (byte === QUOTE) this.#state = QUOTE_IN_QUOTED;
        break;
      case QUOTE_IN_QUOTED:
        this.#state = byte === QUOTE ? QUOTED : byte === this.#delimiter ? FIELD_START : PLAIN;
        break;
      case FIELD_START:
        this.#state = byte === QUOTE ? QUOTED : byte === this.#delimiter ? FIELD_START : PLAIN;
        break;
      default:
        if (byte === this.#delimiter) this.#state = FIELD_START;
    }
  }
}
