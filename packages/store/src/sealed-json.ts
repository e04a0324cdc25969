import { readFile, writeFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

interface Sealed {
  readonly crc32: number;
  /** JSON. */
  readonly body: string;
}

/** Writes `value` to a new file together with a checksum, so that damage that is still JSON is found as well. */
export async function writeSealed(path: string, value: unknown): Promise<void> {
  const body = JSON.stringify(value);
  await writeFile(path, JSON.stringify({ crc32: crc32(body), body } satisfies Sealed), { flag: 'wx' });
}

/** What `writeSealed` has written; undefined if it is absent, damaged, or cannot be read for any other reason. */
export async function readSealed<T>(path: string): Promise<T | undefined> {
  try {
    const { crc32: sum, body } = JSON.parse(await readFile(path, 'utf8')) as Sealed;
    return crc32(body) === sum ? (JSON.parse(body) as T) : undefined;
  } catch {
    return undefined;
  }
}
