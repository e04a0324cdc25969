import { join } from 'node:path';
import { setUp } from '@retail-etl/setup';
import { mean, perKey } from './format.mjs';
import { dropTable, makeFiles, makeTable } from './make-data.mjs';
import { progress } from './progress.mjs';
import { dropEverything } from './servers.mjs';
import { Services } from './services.mjs';

const WARM_UP_RUNS = 5;

/**
 * Runs over the sample data that npm start comes with, one after the other. Times in milliseconds.
 * @param {import('./servers.mjs').Urls} urls @param {string} dataDir @param {number} runs
 */
export async function measureSample(urls, dataDir, runs) {
  await dropTable(urls.postgres);
  await setUp({ postgresUrl: urls.postgres, mysqlUrl: urls.mysql, dataDir }, { say: () => undefined });
  return measureRuns(urls, dataDir, WARM_UP_RUNS, runs);
}

/**
 * A thousand store files of a hundred rows, and as many rows in the table.
 * @param {import('./servers.mjs').Urls} urls @param {string} dataDir @param {number} runs
 */
export async function measureManyFiles(urls, dataDir, runs) {
  await makeTable(urls.postgres, 100_000, 5_000);
  await makeFiles(join(dataDir, 'input'), 100_001, 200_000, 1_000, 5_000);
  return measureRuns(urls, dataDir, 1, runs);
}

/** @param {import('./servers.mjs').Urls} urls @param {string} dataDir @param {number} warmUpRuns @param {number} runs */
async function measureRuns(urls, dataDir, warmUpRuns, runs) {
  const services = new Services();
  /** @type {number[]} */
  const ms = [];
  /** @type {Record<string, number>[]} */
  const processorSeconds = [];
  try {
    await services.start(urls, dataDir);
    for (let run = 1; run <= warmUpRuns + runs; run += 1) {
      const result = await services.run();
      if (run <= warmUpRuns) continue;
      ms.push(result.ms);
      processorSeconds.push(result.processorSeconds);
      progress(`run ${run - warmUpRuns} of ${runs}: ${result.ms} ms`);
    }
  } finally {
    await services.stop();
    await dropEverything(urls);
  }
  return { ms, processorSeconds: perKey(processorSeconds, mean) };
}
