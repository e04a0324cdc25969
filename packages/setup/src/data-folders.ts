import { isStoreFileName } from '@retail-etl/sales';
import { link, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './problem.js';
import { STORE_SALES, toStoreFile } from './sample-data.js';

const FOLDERS = ['input', 'output', 'staging', 'runs'] as const;
export const SAMPLE_FILE = 'in_store_sales.csv';

export async function createDataFolders(dataDir: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(dataDir, folder), { recursive: true });
}

/** Writes the sample store file where the input folder has no store file at all. True if it was written. */
export async function addSampleFile(dataDir: string): Promise<boolean> {
  const input = join(dataDir, 'input');
  const names = await readdir(input);
  if (names.some(isStoreFileName)) return false;
  const path = join(input, SAMPLE_FILE);
  const temporary = join(input, `.${SAMPLE_FILE}.${process.pid}`);
  try {
    // Linked into place whole: a run that looks meanwhile sees no file or all of it, and nobody's file is replaced.
    await writeFile(temporary, toStoreFile(STORE_SALES));
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}
