import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { measureCleaning } from './cleaning.mjs';
import { median, rate, seconds, table } from './format.mjs';
import { measureManyFiles, measureSample } from './latency.mjs';
import { progress, say } from './progress.mjs';
import { named } from './report.mjs';

/** So many rows suffice to see the rate of a chunk, and fit any disk. */
const STAGED_ROWS_MAX = 8_000_000;
const SAMPLE_RUNS = 25;

/**
 * The parts by themselves: strict cleaning against bare casts, the latency of a small run, many small files.
 * @param {import('./options.mjs').Options} options @param {import('./servers.mjs').Urls} urls @param {string} dir
 */
export async function micro(options, urls, dir) {
  // First, while few files have been removed: ext4 without a journal looks past each that was in the last minutes when it makes one.
  progress(`${SAMPLE_RUNS} runs of the sample data`);
  const sample = await measureSample(urls, await mkdtemp(join(dir, 'sample-')), SAMPLE_RUNS);
  const [fastest, slowest] = [Math.min(...sample.ms), Math.max(...sample.ms)];
  say(`\nSample data, trigger to published: median ${median(sample.ms)} ms of ${sample.ms.length} runs (${fastest} to ${slowest} ms)`);
  say(`processor time of a run (mean): ${named(sample.processorSeconds, (value) => `${Math.round(value * 1_000)} ms`)}`);

  const rows = Math.min(options.sizes[0] ?? STAGED_ROWS_MAX, STAGED_ROWS_MAX);
  const cleaning = await measureCleaning(await mkdtemp(join(dir, 'cleaning-')), rows, options.products, options.repeat);
  say('\nCleaning and summing of staged rows, as the transformer does it, and bare casts and sums of the same files');
  say(
    table([
      ['', 'strict', 'bare casts', 'strict takes', 'columns without dictionary'],
      ...cleaning.map(({ values, strictRowsPerSecond, bareRowsPerSecond, plainColumns }) => [
        `${values} values`,
        rate(strictRowsPerSecond),
        rate(bareRowsPerSecond),
        `${(bareRowsPerSecond / strictRowsPerSecond).toFixed(2)} ×`,
        plainColumns.join(', '),
      ]),
    ]),
  );

  progress('1,000 files of 100 rows');
  const manyFiles = await measureManyFiles(urls, await mkdtemp(join(dir, 'files-')), options.repeat);
  say(`\n1,000 files of 100 rows, trigger to published: median ${seconds(median(manyFiles.ms) / 1_000)} of ${manyFiles.ms.length} runs`);
  say(`processor time of a run (mean): ${named(manyFiles.processorSeconds, seconds)}`);
  return { rows, cleaning, sample, manyFiles };
}
