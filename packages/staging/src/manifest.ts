import { link, open, readFile, unlink } from 'node:fs/promises';
import { newAttemptToken } from '@retail-etl/contracts';

/**
 * Publishes a step's manifest without replacing one that is there: the first complete attempt wins. Returns the manifest that
 * counts, and whether it is the caller's. What the manifest refers to must be complete before.
 */
export async function publishManifest<T>(path: string, manifest: T): Promise<{ manifest: T; won: boolean }> {
  const aside = `${path}.${newAttemptToken()}.tmp`;
  const file = await open(aside, 'wx');
  try {
    await file.writeFile(JSON.stringify(manifest));
  } finally {
    await file.close();
  }
  try {
    await link(aside, path);
    return { manifest, won: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const winner = await readManifest<T>(path);
    if (winner === undefined) throw error;
    return { manifest: winner, won: false };
  } finally {
    await unlink(aside).catch(() => undefined);
  }
}

/** The manifest at `path`, or undefined if that step is not complete. */
export async function readManifest<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes files; absent ones are fine. */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}
