/** Bytes that can be read anywhere, such as an open file. */
export interface RandomAccess {
  /** The size. */
  readonly bytes: number;
  /** Fills the buffer from `position` on, as far as it can, and returns the number of bytes read: 0 only at the end. */
  read(buffer: Buffer, position: number): Promise<number>;
}

/** Fills the whole buffer. False if the bytes end before. */
export async function readFully(source: RandomAccess, buffer: Buffer, position: number): Promise<boolean> {
  for (let filled = 0; filled < buffer.length;) {
    const bytesRead = await source.read(buffer.subarray(filled), position + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}
