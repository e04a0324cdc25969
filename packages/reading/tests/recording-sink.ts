import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SALES_COLUMNS } from '@retail-etl/sales';
import type { PartitionSink, RecordWriter } from '../src/index.js';
import { TextColumn } from '../src/codec/parquet/text-column.js';

export interface RecordedRow {
  readonly file: string | null;
  /** Number of the record in its file, as the calls tell it. */
  readonly record: number;
  readonly cells: readonly string[];
}

export interface RecordedMalformed {
  readonly file: string | null;
  readonly record: number;
  readonly raw: Buffer;
}

export interface RecordingOptions {
  /** Staged columns; as many as a sale has without a declaration by default. */
  readonly columns?: number;
  /** The attempt's signal: no writer may be called once it is aborted. */
  readonly signal?: AbortSignal;
  /** `advance` is due again after so many records; 500 by default. */
  readonly advanceEvery?: number;
  /**
   * Called at each `advance` with its number from 1, of all writers together, the writer's index, and whether the writer had asked for it;
   * what it gives is awaited.
   */
  readonly onAdvance?: (call: number, writer: number, wasDue: boolean) => unknown;
}

/** Keeps every record that reaches it, decoded here from the columns' bytes, and notes each call that the contract forbids. */
export class RecordingSink implements PartitionSink {
  readonly rows: RecordedRow[] = [];
  readonly malformed: RecordedMalformed[] = [];
  readonly violations: string[] = [];
  readonly writers: RecordingWriter[] = [];
  advances = 0;
  /** At each `advance`: how many rows had come, and the most bytes that were said to be still to come. */
  readonly bytesLeft: { readonly rows: number; readonly bytes: number }[] = [];
  /** Set by the test once `read` has thrown. */
  isClosed = false;
  readonly options: RecordingOptions;

  constructor(options: RecordingOptions = {}) {
    this.options = options;
  }

  openWriter(): RecordingWriter {
    this.note('openWriter');
    const writer = new RecordingWriter(this, this.writers.length);
    this.writers.push(writer);
    return writer;
  }

  /** Every call comes by here. */
  note(call: string): void {
    if (this.isClosed) this.violations.push(`${call} after read had thrown`);
    if (this.options.signal?.aborted === true) this.violations.push(`${call} after the abort`);
  }

  /** The cells of all rows in an order that does not depend on which connection was faster. */
  get sortedCells(): readonly (readonly string[])[] {
    return sorted(this.rows.map(({ cells }) => cells));
  }
}

/** Rows in one order, whoever gives them. */
export function sorted(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows
    .map((cells) => ({ cells, key: JSON.stringify(cells) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ cells }) => cells);
}

class RecordingWriter implements RecordWriter {
  readonly rows;
  isFinished = false;
  readonly #sink: RecordingSink;
  readonly #index: number;
  readonly #columns: readonly TextColumn[];
  #file: string | null | undefined;
  #next = 1;
  #sinceAdvance = 0;

  constructor(sink: RecordingSink, index: number) {
    this.#sink = sink;
    this.#index = index;
    this.#columns = Array.from({ length: sink.options.columns ?? SALES_COLUMNS.length }, () => new TextColumn());
    this.rows = {
      columns: this.#columns,
      endRow: () => {
        const cells = this.#columns.map(takeOnlyValue);
        sink.rows.push({ ...this.#take('row'), cells });
      },
      limitRowGroup: () => undefined,
    };
  }

  startSegment(file: string | null, firstRecord: number): void {
    this.#sink.note('startSegment');
    this.#file = file;
    this.#next = firstRecord;
  }

  malformed(record: number, raw: Uint8Array): void {
    const place = this.#take('malformed');
    if (place.file !== null && place.record !== record) {
      this.#sink.violations.push(`malformed record ${record} is number ${place.record} of ${place.file}`);
    }
    this.#sink.malformed.push({ file: place.file, record, raw: Buffer.from(raw) });
  }

  get isDue(): boolean {
    return this.#sinceAdvance >= (this.#sink.options.advanceEvery ?? 500);
  }

  async advance(nextRecord: number, bytesLeft = Infinity): Promise<void> {
    this.#sink.note('advance');
    this.#sink.bytesLeft.push({ rows: this.#sink.rows.length, bytes: bytesLeft });
    if (this.#file === undefined) this.#sink.violations.push('advance before startSegment');
    const expected = this.#file === null ? 1 : this.#next;
    if (nextRecord !== expected) this.#sink.violations.push(`advance says that ${nextRecord} comes next, it is ${expected}`);
    const wasDue = this.isDue;
    this.#sinceAdvance = 0;
    this.#sink.advances += 1;
    const call = this.#sink.advances;
    await nextTurn();
    await this.#sink.options.onAdvance?.(call, this.#index, wasDue);
  }

  finish(): Promise<void> {
    this.#sink.note('finish');
    if (this.isFinished) this.#sink.violations.push('finish twice');
    this.isFinished = true;
    return nextTurn();
  }

  #take(call: string): { file: string | null; record: number } {
    this.#sink.note(call);
    if (this.#file === undefined) this.#sink.violations.push(`${call} before startSegment`);
    if (this.isFinished) this.#sink.violations.push(`${call} after finish`);
    this.#sinceAdvance += 1;
    this.#next += 1;
    return { file: this.#file ?? null, record: this.#next - 1 };
  }
}

/** The one value of a column, a 32-bit length and its bytes; the column is empty afterwards. */
function takeOnlyValue(column: TextColumn): string {
  const bytes = Buffer.from(column.bytes.subarray(0, column.length));
  column.length = 0;
  const value = bytes.subarray(4);
  if (bytes.readInt32LE(0) !== value.length) throw new Error(`a column holds ${bytes.length} bytes, not one value`);
  if (!isUtf8(value)) throw new Error('a value is not UTF-8');
  return value.toString('utf8');
}
