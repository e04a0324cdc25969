import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { shownName } from '@retail-etl/contracts';
import { type FileSample, INPUT_FOLDER, takeSample } from '@retail-etl/reading';
import { StackProblem } from '@retail-etl/setup';

/** The beginnings of the files at `paths`. Those in the input folder are named by their path below it, others by their name alone. */
export async function readSamples(paths: readonly string[], dataDir: string): Promise<FileSample[]> {
  const samples: FileSample[] = [];
  for (const path of paths) {
    await checkFile(path);
    samples.push(await takeSample(nameOf(path, dataDir), createReadStream(path) as AsyncIterable<Buffer>));
  }
  return samples;
}

async function checkFile(path: string): Promise<void> {
  const problem = await stat(path).then(
    (stats) => (stats.isFile() ? null : 'is no regular file'),
    ({ code }: NodeJS.ErrnoException) =>
      code === 'ENOENT' || code === 'ENOTDIR' ? 'is not there' : `cannot be read (${code ?? 'unknown'})`,
  );
  if (problem !== null)
    throw new StackProblem(
      'FILE_ACCESS',
      `${shownName(path)} ${problem}`,
      'Give the path of a file with sales, such as data/input/sales.csv.',
    );
}

function nameOf(path: string, dataDir: string): string {
  const below = relative(resolve(join(dataDir, INPUT_FOLDER)), resolve(path));
  return below.startsWith('..') || isAbsolute(below) ? basename(path) : below.split(sep).join('/');
}
