import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { EtlError, newAttemptToken } from '@retail-etl/contracts';

/**
 * Publishes a step's manifest without replacing one that is there: the first complete attempt wins. Returns the manifest that
 * counts, and whether it is the caller's. What the manifest refers to must be complete before.
 */
export async function publishManifest<T>(path: string, manifest: T): Promise<{ manifest: T; won: boolean }> {
  const aside = `${path}.${newAttemptToken()}.tmp`;
  try {
    await writeFile(aside, JSON.stringify(manifest), { flag: 'wx' });
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

/** Publishes a manifest in place of one that is there: for what follows from other manifests, so that every attempt writes the same. */
export async function replaceManifest<T>(path: string, manifest: T): Promise<void> {
  const aside = `${path}.${newAttemptToken()}.tmp`;
  try {
    await writeFile(aside, JSON.stringify(manifest), { flag: 'wx' });
    await rename(aside, path);
  } catch (error) {
    await unlink(aside).catch(() => undefined);
    throw error;
  }
}

/** The manifest at `path`, or undefined if that step is not complete. Throws STAGED_CORRUPT if it is damaged. */
export async function readManifest<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new EtlError('STAGED_CORRUPT', `manifest ${basename(path)} is damaged`, { cause });
  }
}

/** As `readManifest`, for the step that makes it: a damaged one is removed and counts as absent, so that the step is done again. */
export async function readOwnManifest<T>(path: string): Promise<T | undefined> {
  try {
    return await readManifest<T>(path);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    await removeFiles([path]);
    return undefined;
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
