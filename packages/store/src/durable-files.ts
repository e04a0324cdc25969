import { constants } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAttemptToken, newAttemptToken } from '@retail-etl/contracts';

/** Copies a file to a path that does not exist yet, and its bytes to the disk. Makes the folder if it is absent. */
export async function copyToDisk(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await sync(to);
}

/** As `copyToDisk`, but in place of what is at `to`: readers see the old file or the new one. */
export async function replaceByCopy(from: string, to: string): Promise<void> {
  const temporary = `${to}.${newAttemptToken()}.tmp`;
  try {
    await copyToDisk(from, temporary);
    await rename(temporary, to);
  } catch (error) {
    // Half a copy on a full disk would keep it full.
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Why a file gets no second name: another file system or mount, too many names already, or somebody else's file. */
const NO_LINK: ReadonlySet<string | undefined> = new Set(['EXDEV', 'EMLINK', 'EPERM']);

/**
 * Gives a file that is never written to again, and whose name no other attempt gives, a second name, without a copy of its bytes where that is possible. May
 * be repeated. Throws the system's EEXIST if the name is that of a file of another size.
 */
export async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (NO_LINK.has(code)) return replaceByCopy(from, to);
    if (code !== 'EEXIST') throw error;
    const [own, found] = await Promise.all([stat(from), stat(to)]);
    if (own.size !== found.size) throw error;
  }
}

/** Makes the file at `from` the one at `to`, in the same folder, and writes that change to the disk. Only one may do so at a time. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await rename(from, to);
  await sync(dirname(to));
}

/**
 * Removes what attempts that died have left of a file called `name`: `[.]<name>.<token>.tmp`. An attempt that only seemed dead finds its
 * file gone, and harms nothing. An absent folder is fine.
 */
export async function removeTemporaryFiles(folder: string, name: string): Promise<void> {
  const isTemporary = (each: string): boolean =>
    [`${name}.`, `.${name}.`].some(
      (start) => each.startsWith(start) && each.endsWith('.tmp') && isAttemptToken(each.slice(start.length, -4)),
    );
  const left = (await readdir(folder).catch(() => [])).filter(isTemporary);
  for (const each of left) await unlink(join(folder, each)).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
