import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';

/** A name in a folder. For the system it is bytes, which need not be text. */
export interface FolderName {
  /** The name. If it is not valid UTF-8, its bytes as a message shows them, such as `K\xf6ln.csv`. */
  readonly name: string;
  /** Whether the name is valid UTF-8. */
  readonly isText: boolean;
  /** The folder's path and the name, as the system takes them. */
  readonly path: Buffer;
}

/** The names of everything in a folder, in the order of `name`. Throws the system's ENOENT if it is absent. */
export async function namesIn(folder: string): Promise<FolderName[]> {
  const names = await readdir(folder, { encoding: 'buffer' });
  return names.map((bytes) => describe(folder, bytes)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Folders in folders deeper than this are somebody's mistake, such as a loop of mounts. */
const DEPTH_MAX = 32;

/**
 * The paths of everything below `folder` that is no folder, with `/`, in their order; null if it is absent. Folders whose names begin with a
 * point are not looked into, nor is what a link points to.
 */
export async function namesBelow(folder: string): Promise<FolderName[] | null> {
  try {
    const found = await walk(Buffer.from(folder), '', 0);
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    return null;
  }
}

async function walk(folder: Buffer, prefix: string, depth: number): Promise<FolderName[]> {
  const found: FolderName[] = [];
  for (const entry of await entriesOf(folder, depth)) {
    const { name, isText } = describe('', entry.name);
    const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
    if (!entry.isDirectory()) found.push({ name: `${prefix}${name}`, isText, path });
    else if (!name.startsWith('.') && depth < DEPTH_MAX) found.push(...(await walk(path, `${prefix}${name}/`, depth + 1)));
  }
  return found;
}

/** None for a folder below the first that was removed since its name was read. */
async function entriesOf(folder: Buffer, depth: number): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(folder, { encoding: 'buffer', withFileTypes: true });
  } catch (cause) {
    if (depth === 0 || (cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    return [];
  }
}

function describe(folder: string, bytes: Buffer): FolderName {
  const isText = isUtf8(bytes);
  const path = Buffer.concat([Buffer.from(`${folder}/`), bytes]);
  return { name: isText ? bytes.toString('utf8') : bytes.toString('latin1').replaceAll(/[^ -~]/g, escaped), isText, path };
}

const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
