import { createHash } from 'node:crypto';
import type { StoreFile } from './store-file.js';

const PIECE_BYTES = 1 << 19;

/** The SHA-256 of a file's bytes as they lie in it, in hex. */
export async function digestOfFile({ access }: StoreFile, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE_BYTES);
  for (let position = 0; ;) {
    signal.throwIfAborted();
    const bytes = await access.read(buffer, position);
    if (bytes === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytes));
    position += bytes;
  }
}
