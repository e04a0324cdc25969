import { isStoreFileName } from '@retail-etl/sales';
import { link, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './problem.js';
import { STORE_SALES, toStoreFile } from './sample-data.js';

const FOLDERS = ['input', 'output', 'staging', 'runs', 'kept'] as const;
/** What one of the two sources holds before set-up: the rows that set-up made, or anything else. */
export type Holding = 'nothing' | 'sample' | 'data';

export const SAMPLE_FILE = 'in_store_sales.csv';

export async function createDataFolders(dataDir: string): Promise<void> {
  for (const folder of FOLDERS) await mkdir(join(dataDir, folder), { recursive: true });
}

/**
 * What a run would find in the input folder. Everything that somebody put there counts, not only store files: whoever delivers a workbook has data.
 * Hidden files do not count.
 */
export async function lookAtInput(dataDir: string): Promise<{ holds: Holding; files: string[]; others: string[] }> {
  const input = join(dataDir, 'input');
  const names = (await readdir(input)).filter((name) => !name.startsWith('.')).sort();
  const files = names.filter(isStoreFileName);
  const others = names.filter((name) => !isStoreFileName(name));
  if (names.length === 0) return { holds: 'nothing', files, others };
  const isSample = names.length === 1 && names[0] === SAMPLE_FILE && (await holdsText(join(input, SAMPLE_FILE), toStoreFile(STORE_SALES)));
  return { holds: isSample ? 'sample' : 'data', files, others };
}

async function holdsText(path: string, text: string): Promise<boolean> {
  // Not read to be compared if it is another anyway: it may have any size, or be no file.
  const stats = await stat(path);
  return stats.isFile() && stats.size === Buffer.byteLength(text) && (await readFile(path, 'utf8')) === text;
}

/** Writes the sample store file. True if it was written; false if one of its name is there meanwhile. */
export async function addSampleFile(dataDir: string): Promise<boolean> {
  const input = join(dataDir, 'input');
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
