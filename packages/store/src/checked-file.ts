import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { EtlError } from '@retail-etl/contracts';

/** A file as a manifest names it: what is read later must be these very bytes. */
export interface CheckedFile {
  /** Base name, in the folder that the manifest's reader knows. */
  readonly name: string;
  readonly bytes: number;
  /** Finds what disks and networks damage. Every staged byte is summed twice, which with SHA-256 took a twentieth of a run. */
  readonly crc32: number;
}

/** A new file, written piece by piece. */
export class CheckedFileWriter {
  readonly #folder: string;
  readonly #name: string;
  readonly #file: FileHandle;
  #bytes = 0;
  #crc32 = 0;

  private constructor(folder: string, name: string, file: FileHandle) {
    this.#folder = folder;
    this.#name = name;
    this.#file = file;
  }

  /** Fails if there is such a file. */
  static async create(folder: string, name: string): Promise<CheckedFileWriter> {
    return new CheckedFileWriter(folder, name, await open(join(folder, name), 'wx'));
  }

  /** The memory of `content` may be used again afterwards. */
  async append(content: Uint8Array): Promise<void> {
    for (let written = 0; written < content.length;) written += (await this.#file.write(content, written)).bytesWritten;
    this.#crc32 = crc32(content, this.#crc32);
    this.#bytes += content.length;
  }

  async finish(): Promise<CheckedFile> {
    await this.#file.close();
    return { name: this.#name, bytes: this.#bytes, crc32: this.#crc32 };
  }

  /** Removes the file, finished or not. */
  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await unlink(join(this.#folder, this.#name)).catch(() => undefined);
  }
}

/** Describes a file that another library wrote. */
export async function describeFile(folder: string, name: string): Promise<CheckedFile> {
  return { name, ...(await measure(join(folder, name))) };
}

/** Returns the path of `file` in `folder`, or throws STAGED_CORRUPT if it is absent or its bytes are not the manifest's. */
export async function verifiedPath(folder: string, file: CheckedFile): Promise<string> {
  const path = join(folder, file.name);
  let found: Measured;
  try {
    found = await measure(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EIO') throw cause;
    throw new EtlError('STAGED_CORRUPT', `staged file ${file.name} cannot be read (${code})`, { cause });
  }
  if (found.bytes !== file.bytes || found.crc32 !== file.crc32) {
    throw new EtlError(
      'STAGED_CORRUPT',
      `staged file ${file.name} is not what its manifest says: ${found.bytes} bytes instead of ${file.bytes}, or other bytes`,
    );
  }
  return path;
}

type Measured = Pick<CheckedFile, 'bytes' | 'crc32'>;

async function measure(path: string): Promise<Measured> {
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = await open(path, 'r');
  try {
    let bytes = 0;
    let sum = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { bytes, crc32: sum };
      sum = crc32(buffer.subarray(0, bytesRead), sum);
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}
