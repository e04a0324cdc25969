import { createHash } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';

/** A file as a manifest names it: what is read later must be these very bytes. */
export interface CheckedFile {
  /** Base name, in the folder that the manifest's reader knows. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes `parts` one after the other as a new file. On failure nothing is left. */
export async function writeCheckedFile(folder: string, name: string, parts: readonly Uint8Array[]): Promise<CheckedFile> {
  const path = join(folder, name);
  const hash = createHash('sha256');
  let bytes = 0;
  for (const part of parts) {
    hash.update(part);
    bytes += part.byteLength;
  }
  const file = await open(path, 'wx');
  try {
    await writeAll(file, parts, bytes);
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

/** All parts in one call, which costs no more than one part's; the system may take less than all of them at once. */
async function writeAll(file: FileHandle, parts: readonly Uint8Array[], bytes: number): Promise<void> {
  let rest = parts;
  for (let written = 0; written < bytes;) {
    const { bytesWritten } = await file.writev(rest);
    written += bytesWritten;
    let skip = bytesWritten;
    const first = rest.findIndex((part) => {
      if (skip < part.byteLength) return true;
      skip -= part.byteLength;
      return false;
    });
    if (first !== -1) rest = [rest[first]!.subarray(skip), ...rest.slice(first + 1)];
  }
}

/** Describes a file that another library wrote. */
export async function describeFile(folder: string, name: string): Promise<CheckedFile> {
  const { bytes, sha256 } = await digest(join(folder, name));
  return { name, bytes, sha256 };
}

/** Returns the path of `file` in `folder`, or throws STAGED_CORRUPT if it is absent or its bytes are not the manifest's. */
export async function verifiedPath(folder: string, file: CheckedFile): Promise<string> {
  const path = join(folder, file.name);
  let found: { bytes: number; sha256: string };
  try {
    found = await digest(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EIO') throw cause;
    throw new EtlError('STAGED_CORRUPT', `staged file ${file.name} cannot be read (${code})`, { cause });
  }
  if (found.bytes !== file.bytes || found.sha256 !== file.sha256) {
    throw new EtlError(
      'STAGED_CORRUPT',
      `staged file ${file.name} is not what its manifest says: ${found.bytes} bytes instead of ${file.bytes}, or other bytes`,
    );
  }
  return path;
}

async function digest(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = await open(path, 'r');
  try {
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}
