import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { EtlError, newAttemptToken } from '@retail-etl/contracts';
import { removeTemporaryFiles } from './durable-files.js';

/**
 * Writes `value` as JSON to `path` unless there is such a file: it is there whole or not at all, and the first writer wins. Returns the
 * value that counts, and whether it is the caller's.
 */
export async function publishJson<T>(path: string, value: T): Promise<{ value: T; won: boolean }> {
  const temporary = temporaryPath(path);
  try {
    await writeFile(temporary, JSON.stringify(value), { flag: 'wx' });
    await link(temporary, path);
    return { value, won: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const winner = await readJson<T>(path);
    if (winner === undefined) throw error;
    return { value: winner, won: false };
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** As often as another attempt may take a file that is being written for what a dead one has left. */
const TRIES_MAX = 5;

/** Writes `value` as JSON in place of what is at `path`: readers see the old file or the new one, also after the power has failed. Removes what attempts
 * that died have left. */
export async function replaceJson<T>(path: string, value: T): Promise<void> {
  await removeTemporaryFiles(dirname(path), basename(path));
  for (let tries = 1; ; tries += 1) {
    const temporary = temporaryPath(path);
    try {
      await writeFile(temporary, JSON.stringify(value), { flag: 'wx', flush: true });
      return await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === TRIES_MAX) throw error;
    }
  }
}

/** The value at `path`, or undefined if there is no such file. Throws STAGED_CORRUPT if it is not JSON. */
export async function readJson<T>(path: string): Promise<T | undefined> {
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
    throw new EtlError('STAGED_CORRUPT', `${basename(path)} is damaged: it is not JSON`, { cause });
  }
}

const temporaryPath = (path: string): string => `${path}.${newAttemptToken()}.tmp`;
