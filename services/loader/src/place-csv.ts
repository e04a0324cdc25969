import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';

/** The names of attempts, beside the published file and beside the run's own. */
const ASIDE = new RegExp(`^\\.?${SALES_SUMMARY.file.replaceAll('.', '\\.')}\\..+\\.tmp$`);

/** Keeps the staged summary among the run's results, on disk for sure: the published file can be made from it at any time. */
export async function keepSummary(stagedPath: string, csvPath: string): Promise<void> {
  const aside = `${csvPath}.${newAttemptToken()}.tmp`;
  await copyToDisk(stagedPath, aside);
  await rename(aside, csvPath);
}

/** Copies the run's summary next to the published file, on disk for sure, under a name that only this attempt uses. */
export async function putAside(csvPath: string, outputFolder: string): Promise<string> {
  await mkdir(outputFolder, { recursive: true });
  const aside = join(outputFolder, `.${SALES_SUMMARY.file}.${newAttemptToken()}.tmp`);
  await copyToDisk(csvPath, aside);
  return aside;
}

/** Makes the file put aside the published one. Only one may do so at a time. */
export async function putInPlace(aside: string, outputFolder: string): Promise<void> {
  await rename(aside, join(outputFolder, SALES_SUMMARY.file));
  await sync(outputFolder);
}

/** Removes what attempts that died have put aside. One that only seemed dead finds its file gone, and harms nothing. */
export async function removeAsides(outputFolder: string): Promise<void> {
  const left = (await readdir(outputFolder).catch(() => [])).filter((name) => ASIDE.test(name));
  for (const name of left) await unlink(join(outputFolder, name)).catch(() => undefined);
}

async function copyToDisk(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await sync(to);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
