import type { TextColumn } from './text-column.js';

/** A column of few distinct values: the values once (PLAIN), of which each row has an index. */
export interface Dictionary {
  readonly values: Uint8Array;
  readonly count: number;
}

/** More distinct values than this are not worth a dictionary: the reader then gains nothing by judging each value once. */
const VALUES_MAX = 16_384;
/** After so many rows a column with more than half of them distinct is given up on. */
const SAMPLE_ROWS = 16_384;
const SLOTS_MAX = 1 << 16;
const HASH_FACTOR = 0x9e3779b1;

/** Scratch memory: a hash table by open addressing, and of each value its hash and where it begins. */
const slotIndexes = new Int32Array(SLOTS_MAX);
const hashes = new Int32Array(VALUES_MAX);
const offsets = new Int32Array(VALUES_MAX);

/**
 * Builds the dictionary of a column and fills in the index of each row's value, or returns null if there are too many distinct values.
 * Values are hashed and compared with their lengths before them, four bytes at a time; the last four may overlap those before.
 */
export function buildDictionary(column: TextColumn, indexes: Uint16Array): Dictionary | null {
  const { bytes, view, length } = column;
  // A power of two, at least half of it empty.
  const lastSlot = Math.min(SLOTS_MAX, 1 << (32 - Math.clz32(2 * indexes.length))) - 1;
  slotIndexes.fill(-1, 0, lastSlot + 1);
  let count = 0;
  let row = 0;
  let valuesBytes = 0;
  for (let at = 0; at < length; row += 1) {
    if (row === SAMPLE_ROWS && count > SAMPLE_ROWS / 2) return null;
    const end = at + 4 + view.getInt32(at, true);
    let hash = Math.imul(view.getInt32(end - 4, true), HASH_FACTOR);
    for (let word = at; word < end - 4; word += 4) hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(word, true), HASH_FACTOR);
    hash ^= hash >>> 15;
    let slot = hash & lastSlot;
    let index = slotIndexes[slot]!;
    while (index !== -1 && !(hashes[index] === hash && isSame(view, offsets[index]!, at, end))) {
      slot = (slot + 1) & lastSlot;
      index = slotIndexes[slot]!;
    }
    if (index === -1) {
      if (count === VALUES_MAX) return null;
      index = count;
      slotIndexes[slot] = index;
      hashes[index] = hash;
      offsets[index] = at;
      valuesBytes += end - at;
      count += 1;
    }
    indexes[row] = index;
    at = end;
  }
  const values = new Uint8Array(valuesBytes);
  let to = 0;
  for (let index = 0; index < count; index += 1) {
    const at = offsets[index]!;
    const end = at + 4 + view.getInt32(at, true);
    values.set(bytes.subarray(at, end), to);
    to += end - at;
  }
  return { values, count };
}

/** Whether the value at `a` is the one from `b` to `end`. The first word to be compared is the length, so that no other is past the end. */
function isSame(view: DataView, a: number, b: number, end: number): boolean {
  const last = end - 4 - b;
  for (let i = 0; i < last; i += 4) if (view.getInt32(a + i, true) !== view.getInt32(b + i, true)) return false;
  return view.getInt32(a + last, true) === view.getInt32(b + last, true);
}
