const ZERO = 0x30;
const encoder = new TextEncoder();

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

  /** Appends one value. The scanner has its own loop. */
  append(value: Uint8Array): void {
    this.reserve(4 + value.length);
    this.view.setInt32(this.length, value.length, true);
    this.bytes.set(value, this.length + 4);
    this.length += 4 + value.length;
  }

  /** Appends one value, as UTF-8. */
  appendText(value: string): void {
    // A unit of UTF-16 takes at most three bytes. (`TextEncoder.encode`, which allocates, takes ten times as long.)
    this.reserve(4 + 3 * value.length);
    const { written } = encoder.encodeInto(value, this.bytes.subarray(this.length + 4));
    this.view.setInt32(this.length, written, true);
    this.length += 4 + written;
  }

  /** Appends a whole number, not negative, as decimal digits. Faster than by a string, for records that come in millions. */
  appendInteger(value: number): void {
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits += 1;
    this.reserve(4 + digits);
    const begin = this.length + 4;
    this.view.setInt32(this.length, digits, true);
    let rest = value;
    for (let at = begin + digits - 1; at >= begin; at -= 1) {
      const next = Math.floor(rest / 10);
      this.bytes[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.length = begin + digits;
  }
}
