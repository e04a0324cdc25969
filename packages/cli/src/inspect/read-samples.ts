import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { EtlError, shownName } from '@retail-etl/contracts';
import { INPUT_FOLDER, type Sample } from '@retail-etl/reading';
import { StackProblem } from '@retail-etl/setup';
import { openFileSample, type OpenFileSample } from '../open-sample.js';

/**
 * Lends samples of the files at `paths`. Those in the input folder are named by their path below it, others by their name alone. Throws
 * FILE_ACCESS.
 */
export async function withSamples<T>(
  paths: readonly string[],
  dataDir: string,
  use: (samples: readonly Sample[]) => Promise<T>,
): Promise<T> {
  const files: OpenFileSample[] = [];
  try {
    for (const path of paths) {
      await checkFile(path);
      files.push(await openFileSample(path, nameOf(path, dataDir)).catch((error: NodeJS.ErrnoException) => throwAccess(path, error)));
    }
    return await use(files.map(({ sample }) => sample));
  } finally {
    for (const file of files) await file.close();
  }
}

function throwAccess(path: string, error: NodeJS.ErrnoException): never {
  if (error instanceof EtlError || error.code === undefined) throw error;
  throw accessProblem(path, `cannot be read (${error.code})`);
}

async function checkFile(path: string): Promise<void> {
  const problem = await stat(path).then(
    (stats) => (stats.isFile() ? null : 'is no regular file'),
    ({ code }: NodeJS.ErrnoException) =>
      code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `cannot be read (${code ?? 'unknown'})`,
  );
  if (problem !== null) throw accessProblem(path, problem);
}

function accessProblem(path: string, problem: string): StackProblem {
  return new StackProblem(
    'FILE_ACCESS',
    `${shownName(path)} ${problem}`,
    'Give the path of a file with sales, such as data/input/sales.csv.',
  );
}

/** Those of `paths` that no run reads, because they are not below the input folder. */
export function outsidePaths(paths: readonly string[], dataDir: string): string[] {
  return paths.filter((path) => belowInput(path, dataDir) === null);
}

function nameOf(path: string, dataDir: string): string {
  return belowInput(path, dataDir) ?? basename(path);
}

function belowInput(path: string, dataDir: string): string | null {
  const below = relative(resolve(join(dataDir, INPUT_FOLDER)), resolve(path));
  return below.startsWith('..') || isAbsolute(below) ? null : below.split(sep).join('/');
}
