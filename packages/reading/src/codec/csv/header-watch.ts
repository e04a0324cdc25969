import type { TextColumn } from '../parquet/text-column.js';

/** A record as it is in the text, from `start` to `end` of `data`. */
export interface AskedRecord {
  readonly data: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** What it has for the sink's columns; null if it is malformed. */
  readonly valuesOf: (() => readonly string[]) | null;
  /** Whether it has a number where one should be. */
  readonly hasNumbers: boolean;
}

/**
 * Recognises lines that are no records: the header as it stands in files that were put together, and footers. A reader asks it about each
 * malformed record, and about each other one that has no number where one of `numberColumns` should have it.
 */
export interface HeaderWatch {
  /** Columns of the sink. */
  readonly numberColumns: readonly number[];
  /** Characters that a number may begin with, besides digits, signs and points: of a currency, say. */
  readonly otherStarts?: string;
  /** True: it wants to be asked about every record. */
  readonly asksAlways?: boolean;

  /**
   * True: this is the header again, or a footer, so it is no record, and the reader goes on after it. The record is without its line end; of one
   * over 1 MiB it is the first 4 KiB. `before` is how many records came before. What this throws comes out of the reader as what a sink throws.
   */
  isHeader(asked: AskedRecord, before: number): boolean;
}

const SPACE = 0x20;

/** Before each value of a column stands its length. */
const LENGTH_BYTES = 4;

/** For each byte 1 if a number can begin with it. */
export function numberStarts(headers: HeaderWatch | null): Uint8Array {
  const starts = new Uint8Array(256);
  for (const byte of Buffer.from(`0123456789+-.${headers?.otherStarts ?? ''}`)) starts[byte] = 1;
  return starts;
}

/**
 * Whether the record that was written last has a value in a number column that begins with something else than a number does, spaces
 * left aside. `marks` are the lengths that the columns had before it.
 */
export function lacksNumber(
  columns: readonly TextColumn[],
  marks: Int32Array,
  { numberColumns }: HeaderWatch,
  starts: Uint8Array,
): boolean {
  for (let i = 0; i < numberColumns.length; i += 1) {
    const { bytes, length } = columns[numberColumns[i]!]!;
    let at = marks[numberColumns[i]!]! + LENGTH_BYTES;
    while (at < length && bytes[at] === SPACE) at += 1;
    if (at < length && starts[bytes[at]!] === 0) return true;
  }
  return false;
}

/** The values of the record that was written last. */
export function valuesFrom(columns: readonly TextColumn[], marks: Int32Array): string[] {
  return columns.map(({ bytes, length }, index) => Buffer.from(bytes.subarray(marks[index]! + LENGTH_BYTES, length)).toString('utf8'));
}
