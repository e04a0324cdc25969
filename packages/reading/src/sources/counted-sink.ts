import type { RecordSink } from '../codec/csv/record-reader.js';

/** Passes records on to `sink`, and counts the malformed ones. */
export class CountedSink implements RecordSink {
  malformedRecords = 0;
  readonly rows: RecordSink['rows'];
  readonly #sink: RecordSink;

  /** `rows`: where rows go, if they pass something on their way to the sink's. */
  constructor(sink: RecordSink, rows = sink.rows) {
    this.#sink = sink;
    this.rows = rows;
  }

  malformed(record: number, raw: Uint8Array, lines: number): void {
    this.malformedRecords += 1;
    this.#sink.malformed(record, raw, lines);
  }

  multiLine(lines: number): void {
    this.#sink.multiLine?.(lines);
  }
}
