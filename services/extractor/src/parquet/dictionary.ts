import type { TextColumn } from './text-column.js';

/** A column of few distinct values: the values once (PLAIN), and for each row the index of its value. */
export interface Dictionary {
  readonly values: Uint8Array;
  readonly count: number;
  readonly indexes: Uint16Array;
}

/** More distinct values than this are not worth a dictionary: the reader then gains nothing by judging each value once. */
const VALUES_MAX = 16_384;
/** After so many rows a column with more than half of them distinct is given up on. */
const SAMPLE_ROWS = 16_384;
const SLOTS = 1 << 16;

/** Scratch memory: a hash table by open addressing, and of each value its hash and where its text begins. */
const slotIndexes = new Int32Array(SLOTS);
const hashes = new Int32Array(VALUES_MAX);
const offsets = new Int32Array(VALUES_MAX);

/** Builds the dictionary of a column, or returns null if it has too many distinct values. */
export function buildDictionary(column: TextColumn, rows: number): Dictionary | null {
  const { bytes, length } = column;
  const indexes = new Uint16Array(rows);
  slotIndexes.fill(-1);
  let count = 0;
  let row = 0;
  let valuesBytes = 0;
  for (let at = 0; at < length; row += 1) {
    if (row === SAMPLE_ROWS && count > SAMPLE_ROWS / 2) return null;
    const size = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    const start = at + 4;
    const end = start + size;
    let hash = size;
    for (let i = start; i < end; i += 1) hash = Math.imul(hash ^ bytes[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
    let slot = hash & (SLOTS - 1);
    let index = slotIndexes[slot]!;
    while (index !== -1 && !(hashes[index] === hash && isSame(bytes, offsets[index]!, start, size))) {
      slot = (slot + 1) & (SLOTS - 1);
      index = slotIndexes[slot]!;
    }
    if (index === -1) {
      if (count === VALUES_MAX) return null;
      index = count;
      slotIndexes[slot] = index;
      hashes[index] = hash;
      offsets[index] = start;
      valuesBytes += 4 + size;
      count += 1;
    }
    indexes[row] = index;
    at = end;
  }
  const values = new Uint8Array(valuesBytes);
  let end = 0;
  for (let index = 0; index < count; index += 1) {
    const at = offsets[index]! - 4;
    const size = 4 + (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    values.set(bytes.subarray(at, at + size), end);
    end += size;
  }
  return { values, count, indexes };
}

function isSame(bytes: Uint8Array, a: number, b: number, size: number): boolean {
  for (let i = 0; i < size; i += 1) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
