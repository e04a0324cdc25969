import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { assertSameSums, csvSums, tableSums } from './check-sums.mjs';
import { emptyTarget } from './compare.mjs';
import { median, seconds as format } from './format.mjs';
import { makeFiles, makeTable } from './make-data.mjs';
import { progress } from './progress.mjs';
import { named } from './report.mjs';
import { dropEverything } from './servers.mjs';
import { Services } from './services.mjs';

const TARGET = 'sales_summary';
const WARMING_RUNS = 2;
const TIMED_RUNS = 3;
const OTHER_DATABASE = 'warehouse_other';

/** @typedef {{ name: string, urls: import('./servers.mjs').Urls, dataDir: string, services: Services }} Side */

/**
 * The services of this clone and of another one on the same rows, in turn, so that a machine whose speed drifts is the same for both.
 * @param {import('./options.mjs').Options} options @param {string} root The other clone. @param {import('./servers.mjs').Urls} urls @param {string} dir
 */
export async function against(options, root, urls, dir) {
  const rows = options.sizes[0] ?? 0;
  const half = Math.ceil(rows / 2);
  progress(`making ${rows} rows`);
  await makeTable(urls.postgres, half, options.products);
  /** @type {[Side, Side]} */
  const sides = [
    { name: 'this', urls, dataDir: join(dir, 'this'), services: new Services() },
    { name: 'other', urls: await otherUrls(urls), dataDir: join(dir, 'other'), services: new Services(root) },
  ];
  /** @type {Record<string, number[]>} */
  const seconds = { this: [], other: [] };
  /** @type {Record<string, Record<string, number>[]>} */
  const processorSeconds = { this: [], other: [] };
  try {
    for (const side of sides) await makeFiles(join(side.dataDir, 'input'), half + 1, rows, options.files, options.products);
    await setUp(root, sides[1]);
    let sums;
    for (let round = 1; round <= options.repeat; round += 1) {
      // Whoever runs first in one round runs last in the next.
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        const { ms, processorSeconds: processor } = await runWarm(side);
        const found = await tableSums(side.urls.mysql, TARGET);
        assertSameSums(side.name, sums, found, await csvSums(join(side.dataDir, 'output', 'sales_summary.csv')));
        sums = found;
        seconds[side.name]?.push(ms / 1_000);
        processorSeconds[side.name]?.push(processor);
        progress(`round ${round} of ${options.repeat}: ${side.name} took ${(ms / 1_000).toFixed(2)} s`);
      }
    }
  } finally {
    for (const side of sides) await side.services.stop();
    await dropEverything(sides[1].urls);
  }
  return { rows, seconds, processorSeconds, ...describe(rows, seconds, processorSeconds) };
}

/**
 * The median of three runs by processes that are new, warm and alone. Of two sets that stay beside each other, the one that was started first
 * takes 1 to 2 % longer, whichever code it is of.
 * @param {Side} side
 */
export async function runWarm({ services, urls, dataDir }) {
  await services.start(urls, dataDir);
  try {
    // These compile the code.
    for (let run = 0; run < WARMING_RUNS; run += 1) await services.run();
    const runs = [];
    for (let run = 0; run < TIMED_RUNS; run += 1) {
      await emptyTarget(urls.mysql, TARGET);
      runs.push(await services.run());
    }
    return { ms: median(runs.map(({ ms }) => ms)), processorSeconds: medians(runs.map(({ processorSeconds }) => processorSeconds)) };
  } finally {
    await services.stop();
  }
}

/** @param {number} rows @param {Record<string, number[]>} seconds @param {Record<string, Record<string, number>[]>} processorSeconds */
function describe(rows, { this: ours = [], other = [] }, processorSeconds) {
  const { ratios, ratio, interval } = describePairs(ours, other);
  const [low, high] = interval;
  const figure = (/** @type {number} */ value) => value.toFixed(3);
  const text = [
    `${rows} rows, ${ratios.length} pairs in turn: this clone ${median(ours).toFixed(2)} s, the other ${median(other).toFixed(2)} s (medians)`,
    `ratio ${figure(ratio)}, 95 % interval of the median ${figure(low)} to ${figure(high)}`,
    ...Object.entries(processorSeconds).map(([name, runs]) => `processor time of ${name} (medians): ${named(medians(runs), format)}`),
  ].join('\n');
  return { ratios, ratio, interval, text };
}

/** The ratio pair by pair, its median and the interval of that. @param {readonly number[]} ours @param {readonly number[]} other */
export function describePairs(ours, other) {
  const ratios = ours.map((value, index) => value / (other[index] ?? Number.NaN));
  return { ratios, ratio: median(ratios), interval: medianInterval(ratios) };
}

/** @param {readonly Record<string, number>[]} runs @returns {Record<string, number>} */
function medians(runs) {
  return Object.fromEntries(Object.keys(runs[0] ?? {}).map((name) => [name, median(runs.map((run) => run[name] ?? 0))]));
}

/**
 * The interval between two order statistics that holds the median with at least 95 %, whatever the distribution.
 * @param {readonly number[]} values @returns {[number, number]}
 */
function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  let below = 0;
  let chance = 0.5 ** sorted.length;
  let tail = chance;
  while (tail <= 0.025) {
    below += 1;
    chance *= (sorted.length - below + 1) / below;
    tail += chance;
  }
  const first = Math.max(0, below - 1);
  return [sorted[first] ?? Number.NaN, sorted[sorted.length - 1 - first] ?? Number.NaN];
}

/** A database and a Redis database of its own on the same servers. @param {import('./servers.mjs').Urls} urls */
async function otherUrls(urls) {
  const connection = await mysql.createConnection(urls.mysql);
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${OTHER_DATABASE} CHARACTER SET utf8mb4`);
  await connection.end();
  const target = new URL(urls.mysql);
  target.pathname = `/${OTHER_DATABASE}`;
  const redis = new URL(urls.redis);
  redis.pathname = '/1';
  return { ...urls, mysql: target.href, redis: redis.href };
}

/** The other clone makes its own tables. @param {string} root @param {Side} side */
async function setUp(root, { urls, dataDir }) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, POSTGRES_URL: urls.postgres, MYSQL_URL: urls.mysql, DATA_DIR: dataDir };
  const child = spawn(process.execPath, ['packages/local-stack/bin/bootstrap.mjs', 'setup'], { cwd: root, env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`npm run setup in ${root} ended with ${code}: build it first`);
}
