import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { newAttemptToken, TARGET_FILE } from '@retail-etl/contracts';

/** Copies the run's summary next to the published file, on disk for sure, under a name that only this attempt uses. */
export async function putAside(csvPath: string, outputFolder: string): Promise<string> {
  await mkdir(outputFolder, { recursive: true });
  const aside = join(outputFolder, `.${TARGET_FILE}.${newAttemptToken()}.tmp`);
  await copyFile(csvPath, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await sync(aside);
  return aside;
}

/** Makes the file put aside the published one, and removes what attempts that died have left. Only one may do so at a time. */
export async function putInPlace(aside: string, outputFolder: string): Promise<void> {
  await rename(aside, join(outputFolder, TARGET_FILE));
  await sync(outputFolder);
  const left = (await readdir(outputFolder)).filter((name) => name.startsWith(`.${TARGET_FILE}.`) && name.endsWith('.tmp'));
  for (const name of left) await unlink(join(outputFolder, name)).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
