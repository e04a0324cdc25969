import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';

/** Makes folders, and those that they lie in; one that is there is fine. */
export async function makeFolders(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => mkdir(path, { recursive: true })));
}

/** Removes a folder with all that is in it; an absent one is fine. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Gives a folder its final name. One of that name that is there stays, and the folder keeps its own. */
export async function renameFolder(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** The names of everything in a folder. Throws the system's ENOENT if it is absent. */
export async function listNames(path: string): Promise<string[]> {
  return readdir(path);
}

/** The names of the folders in a folder; none if it is absent. */
export async function listFolders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** True if there is a file or folder at `path` that can be seen. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
