import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';

/** The text of a file of UTF-8 with at most `bytesMax` bytes, without a byte order mark; or what is wrong with it. */
export async function readTextFile(path: string, bytesMax: number): Promise<string | { readonly problem: string }> {
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return { problem: 'it is no regular file' };
    if (stats.size > bytesMax) return { problem: `it is larger than ${bytesMax} bytes` };
    const bytes = await readFile(path);
    return isUtf8(bytes) ? bytes.toString('utf8').replace(/^\ufeff/, '') : { problem: 'it is not valid UTF-8' };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { problem: 'absent' };
    if (code === 'EACCES') return { problem: 'it may not be read by the user of this service' };
    throw error;
  }
}
