/**
 * A growing column of text, laid out as Parquet's PLAIN encoding wants it: each value is a 32-bit little-endian length and its
 * bytes. The scanner writes into `bytes` directly, so that no row ever becomes a JavaScript object.
 */
export class TextColumn {
  bytes = new Uint8Array(1 << 12);
  /** Of the same memory: four bytes at once are read and written faster than one by one. */
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Appends one value. For occasional rows; the scanner has its own loop. */
  append(value: Uint8Array): void {
    this.reserve(4 + value.length);
    this.view.setInt32(this.length, value.length, true);
    this.bytes.set(value, this.length + 4);
    this.length += 4 + value.length;
  }
}
