import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** Moves the content of one file to the end of another. The first is gone afterwards, also after an error. */
export async function moveToEndOf(path: string, from: string): Promise<void> {
  try {
    await pipeline(createReadStream(from), createWriteStream(path, { flags: 'a' }));
  } finally {
    await rm(from, { force: true });
  }
}
