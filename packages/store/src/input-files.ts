import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, shownName } from '@retail-etl/contracts';
import { inBatches, READS_MAX } from './in-batches.js';
import { type FolderName, namesBelow, namesIn } from './names-in.js';

/** So many names a message lists. */
const SHOWN_MAX = 10;

/** What tells one content of a file from another without reading it. */
export interface FileIdentity {
  readonly bytes: number;
  readonly modifiedNs: string;
  /** When its content, name or rights changed last, by the file system's clock; nobody can set it. */
  readonly changedNs: string;
  /** Device and inode. */
  readonly inode: string;
}

/** Whether nothing tells that the content of a file has changed. */
export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return a.changedNs === b.changedNs && isSameContent(a, b);
}

/** As `isSameFile`, but a file may have got other rights or names. */
export function isSameContent(a: FileIdentity, b: FileIdentity): boolean {
  return a.bytes === b.bytes && a.modifiedNs === b.modifiedNs && a.inode === b.inode;
}

export interface InputFile extends FileIdentity {
  readonly name: string;
}

/**
 * The files directly in `folder` whose names are wanted, by name; null if there is no such folder. Throws FILE_NAME_INVALID for wanted names
 * that are no text, FILE_REFUSED for one that is no regular file, FILE_CHANGED if a file goes while it is looked at.
 */
export async function listInputFiles(folder: string, isWanted: (name: string) => boolean): Promise<InputFile[] | null> {
  let names: FolderName[];
  try {
    names = await namesIn(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    return null;
  }
  return describeFiles(folder, names, isWanted);
}

/** As `listInputFiles`, for all that lies below `folder`, by path with `/`. Folders whose names begin with a point, and links, are not looked into. */
export async function listInputTree(folder: string, isWanted: (path: string) => boolean): Promise<InputFile[] | null> {
  const names = await namesBelow(folder);
  return names === null ? null : describeFiles(folder, names, isWanted);
}

/** The paths of everything below `folder` that is no folder, regular file or not; null if there is no such folder. */
export async function listInputPaths(folder: string): Promise<string[] | null> {
  return (await namesBelow(folder))?.map(({ name }) => name) ?? null;
}

async function describeFiles(
  folder: string,
  names: readonly Pick<FolderName, 'name' | 'isText'>[],
  isWanted: (name: string) => boolean,
): Promise<InputFile[]> {
  const wanted = names.filter(({ name }) => isWanted(name));
  refuseNames(wanted.filter(({ isText }) => !isText));
  return inBatches(wanted, READS_MAX, async ({ name }) => {
    const stats = await lstat(join(folder, name), { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT'
        ? new EtlError('FILE_CHANGED', `${shownName(name)} was removed while the input was listed`, { cause })
        : cause;
    });
    if (!stats.isFile()) throw new EtlError('FILE_REFUSED', `${shownName(name)} is ${kindOf(stats)}, not a regular file`);
    return { name, ...identityOf(stats) };
  });
}

function refuseNames(names: readonly Pick<FolderName, 'name'>[]): void {
  if (names.length === 0) return;
  const shown = names.slice(0, SHOWN_MAX).map(({ name }) => name);
  const others = names.length > SHOWN_MAX ? ` and ${names.length - SHOWN_MAX} more` : '';
  throw new EtlError(
    'FILE_NAME_INVALID',
    `names of files that are not valid UTF-8: ${shown.join(', ')}${others} (\\x stands before the code of a byte)`,
  );
}

/** An input file that is open for reading. */
export class OpenInputFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Throws FILE_CHANGED if the file is gone or has become a link, FILE_REFUSED if this service may not read it. */
  static async open(folder: string, name: string): Promise<OpenInputFile> {
    try {
      // Neither follows a link nor waits for the writer of a pipe that took the file's place.
      return new OpenInputFile(await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new EtlError('FILE_CHANGED', `${shownName(name)} was removed after the run had listed it`, { cause });
      if (code === 'ELOOP') throw new EtlError('FILE_CHANGED', `${shownName(name)} became a link after the run had listed it`, { cause });
      if (code === 'EACCES')
        throw new EtlError('FILE_REFUSED', `${shownName(name)} may not be read by the user of this service`, { cause });
      throw cause;
    }
  }

  async identity(): Promise<FileIdentity> {
    return identityOf(await this.#handle.stat({ bigint: true }));
  }

  /** Fills `buffer` from `position` on. Returns how many bytes it read; 0 at the end of the file. */
  async read(buffer: Buffer, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function identityOf(stats: BigIntStats): FileIdentity {
  return {
    bytes: Number(stats.size),
    modifiedNs: String(stats.mtimeNs),
    changedNs: String(stats.ctimeNs),
    inode: `${stats.dev}:${stats.ino}`,
  };
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  return stats.isFIFO() ? 'a named pipe' : 'a device';
}
