import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type FolderName, namesBelow, namesIn } from './names-in.js';

/** How large a file is and when it was written last; null if it cannot be seen. */
export async function describeKeptFile(path: string): Promise<{ bytes: number; modifiedMs: number } | null> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? null : { bytes: found.size, modifiedMs: found.mtimeMs };
}

/** The first `bytes` of a file, which may grow meanwhile. */
export function readKeptFile(path: string, bytes: number): Readable {
  return createReadStream(path, { end: Math.max(0, bytes - 1) });
}

/** The SHA-256 of a file, in hexadecimal. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** A file as people look at it. */
export interface SeenFile {
  readonly name: string;
  /** False: the name is not valid UTF-8; `name` shows its bytes, and nothing can be opened by it. */
  readonly hasTextName: boolean;
  readonly bytes: number;
  readonly modified: Date;
}

/** Files as people look at them; `truncated` if there are more than were asked for. */
export interface SeenFiles {
  readonly files: SeenFile[];
  readonly truncated: boolean;
}

/**
 * The regular files directly in `folder` whose names are wanted, by name, at most `max`. An absent folder has none, and a file that goes
 * meanwhile is left out.
 */
export async function lookAtFiles(folder: string, isWanted: (name: string) => boolean, max: number): Promise<SeenFiles> {
  const names = await namesIn(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return lookAt(names, isWanted, max);
}

/** As `lookAtFiles`, for all that lies below `folder`, by path with `/`. Folders whose names begin with a point, and links, are not looked into. */
export async function lookAtTree(folder: string, isWanted: (path: string) => boolean, max: number): Promise<SeenFiles> {
  return lookAt((await namesBelow(folder)) ?? [], isWanted, max);
}

async function lookAt(names: readonly FolderName[], isWanted: (name: string) => boolean, max: number): Promise<SeenFiles> {
  const wanted = names.filter(({ name }) => isWanted(name));
  const files: SeenFile[] = [];
  for (const { name, isText, path } of wanted.slice(0, max)) {
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push({ name, hasTextName: isText, bytes: found.size, modified: found.mtime });
  }
  return { files, truncated: wanted.length > max };
}
