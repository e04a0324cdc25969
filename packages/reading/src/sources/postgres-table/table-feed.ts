import type { RecordReader, RecordShape } from '../../codec/csv/record-reader.js';
import { RecordScanner } from '../../codec/csv/record-scanner.js';
import { CountedSink } from '../counted-sink.js';
import type { RecordWriter } from '../source.js';

/** PostgreSQL writes the columns in their order, separated by commas. */
function tableShape(columns: number): RecordShape {
  return {
    delimiter: ','.charCodeAt(0),
    fieldCount: columns,
    columnOfField: Int32Array.from({ length: columns }, (_, index) => index),
    skipsBlankLines: false,
  };
}

/** Turns the text that one connection copies into records of one writer, and counts them. */
export class TableFeed {
  rows = 0;
  bytes = 0;
  /** What the writer threw, or the reason of the signal: PostgreSQL has nothing to do with either. */
  failure: { readonly error: unknown } | null = null;
  readonly #writer: RecordWriter;
  readonly #signal: AbortSignal;
  readonly #sink: CountedSink;
  readonly #shape: RecordShape;
  #scanner: RecordReader;

  /** `columns`: how many are copied. */
  constructor(columns: number, writer: RecordWriter, signal: AbortSignal) {
    this.#shape = tableShape(columns);
    this.#writer = writer;
    this.#signal = signal;
    this.#sink = new CountedSink(writer);
    this.#scanner = new RecordScanner(this.#shape, this.#sink, 0);
    writer.startSegment(null, 1);
  }

  get malformed(): number {
    return this.#sink.malformedRecords;
  }

  /** Takes a piece of text, which may end anywhere; its memory may be used again afterwards. Resolves when there is room for more. */
  take(text: Buffer): Promise<void> | undefined {
    try {
      this.#signal.throwIfAborted();
      this.bytes += text.length;
      this.#scanner.push(text);
      return this.#writer.isDue ? this.#writer.advance(1).catch((error: unknown) => this.#fail(error)) : undefined;
    } catch (error) {
      return this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    this.failure ??= { error };
    throw error;
  }

  /** Ends the text of one COPY. */
  async endRange(): Promise<void> {
    this.#signal.throwIfAborted();
    this.#scanner.finish();
    this.rows += this.#scanner.records;
    this.#scanner = new RecordScanner(this.#shape, this.#sink, 0);
    await this.#writer.advance(1);
  }

  /** Stages what is left. */
  async finish(): Promise<void> {
    this.#signal.throwIfAborted();
    await this.#writer.finish();
  }
}
