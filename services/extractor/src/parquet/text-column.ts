/**
 * A growing column of text, laid out as Parquet's PLAIN encoding wants it: each value is a 32-bit little-endian length and its
 * bytes. The scanner writes into `bytes` directly, so that no row ever becomes a JavaScript object.
 */
export class TextColumn {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  length = 0;

  /** Makes room for `extra` more bytes. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends one value. For occasional rows; the scanner has its own loop. */
  append(value: Uint8Array): void {
    this.reserve(4 + value.length);
    writeLength(this.bytes, this.length, value.length);
    this.bytes.set(value, this.length + 4);
    this.length += 4 + value.length;
  }
}

export function writeLength(bytes: Uint8Array, at: number, length: number): void {
  bytes[at] = length & 0xff;
  bytes[at + 1] = (length >>> 8) & 0xff;
  bytes[at + 2] = (length >>> 16) & 0xff;
  bytes[at + 3] = length >>> 24;
}
