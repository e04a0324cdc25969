/** Joins the beginning of a record with the piece of text that goes on with it. */
export class Carry {
  /** Bytes that are held. What `join` has returned stays as it is until the next call, whatever is set here. */
  length = 0;
  #bytes: Buffer = Buffer.alloc(0);

  /** Appends `more` to what is held, and returns all of it. `more` may be a part of what was returned last. */
  join(more: Buffer): Buffer {
    const length = this.length + more.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(length * 2);
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    more.copy(this.#bytes, this.length);
    this.length = length;
    return this.#bytes.subarray(0, length);
  }
}
