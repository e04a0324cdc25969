import type { TextColumn } from '../parquet/text-column.js';

/**
 * Recognises the header among the records, as it stands in files that were put together. A reader asks it about each malformed record, and about
 * each other one that has no number where one of `numberColumns` should have it.
 */
export interface HeaderWatch {
  /** Columns of the sink. */
  readonly numberColumns: readonly number[];

  /**
   * True: this is the header again, so it is no record, and the reader goes on after it. From `start` to `end`, `data` is the record as it
   * is in the text, without its line end; of one over 1 MiB, its first 4 KiB. `valuesOf` gives what it has for the sink's columns, and is
   * null if it is malformed. `before` is how many records came before. What this throws comes out of the reader as what a sink throws.
   */
  isHeader(data: Uint8Array, start: number, end: number, valuesOf: (() => readonly string[]) | null, before: number): boolean;
}

const SPACE = 0x20;

/** Before each value of a column stands its length. */
const LENGTH_BYTES = 4;

/** For each byte 1 if a number can begin with it. */
export function numberStarts(): Uint8Array {
  const starts = new Uint8Array(256);
  for (const byte of Buffer.from('0123456789+-.')) starts[byte] = 1;
  return starts;
}

const NUMBER_STARTS = numberStarts();

/**
 * Whether the record that was written last has a value in a number column that begins with something else than a number does, spaces
 * left aside. `marks` are the lengths that the columns had before it.
 */
export function lacksNumber(columns: readonly TextColumn[], marks: Int32Array, { numberColumns }: HeaderWatch): boolean {
  for (let i = 0; i < numberColumns.length; i += 1) {
    const { bytes, length } = columns[numberColumns[i]!]!;
    let at = marks[numberColumns[i]!]! + LENGTH_BYTES;
    while (at < length && bytes[at] === SPACE) at += 1;
    if (at < length && NUMBER_STARTS[bytes[at]!] === 0) return true;
  }
  return false;
}

/** The values of the record that was written last. */
export function valuesFrom(columns: readonly TextColumn[], marks: Int32Array): string[] {
  return columns.map(({ bytes, length }, index) => Buffer.from(bytes.subarray(marks[index]! + LENGTH_BYTES, length)).toString('utf8'));
}
