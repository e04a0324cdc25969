import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'contenders');

/** Each is a program that reads CONTENDER_ENV, does the whole job once, and prints its figures as one line of JSON. */
const PROGRAMS = {
  'single-process': () => [process.execPath, join(folder, 'single-process.mjs')],
  'row-at-a-time': () => [process.execPath, join(folder, 'row-at-a-time.mjs')],
  pandas: () => {
    const python = findPython();
    return python === undefined ? undefined : [python, join(folder, 'pandas-dag.py')];
  },
};

export const PANDAS_MISSING =
  'pandas is skipped: no python3 here has pandas, psycopg2 and pymysql (apt-get install python3-pandas python3-psycopg2 python3-pymysql)';

/**
 * What to run for a contender, or undefined if this machine lacks it.
 * @param {string} name
 * @returns {string[] | undefined}
 */
export function findContender(name) {
  return /** @type {Record<string, () => string[] | undefined>} */ (PROGRAMS)[name]?.();
}

/**
 * @typedef {object} ContenderResult
 * @property {number} seconds From its first look at a source to its last write; not its start, nor its imports.
 * @property {number} rowsRead
 * @property {number} peakBytes
 * @property {number} processorSeconds Of all its threads.
 * @property {Record<string, number>} stages Seconds of each.
 */

/**
 * Runs a contender once. It writes the table `targetTable` and `sales_summary.csv` in `outputDir`, both empty before.
 * @param {string[]} command
 * @param {{ urls: import('./servers.mjs').Urls, inputDir: string, outputDir: string, targetTable: string }} places
 * @returns {Promise<ContenderResult & { processSeconds: number }>}
 */
export async function runContender([program = '', ...args], { urls, inputDir, outputDir, targetTable }) {
  await rm(outputDir, { recursive: true, force: true });
  await mkdir(outputDir, { recursive: true });
  const startedAt = performance.now();
  const child = spawn(program, args, {
    env: {
      PATH: process.env.PATH,
      POSTGRES_URL: urls.postgres,
      MYSQL_URL: urls.mysql,
      INPUT_DIR: inputDir,
      OUTPUT_DIR: outputDir,
      TARGET_TABLE: targetTable,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
  const stop = () => child.kill();
  process.once('exit', stop);
  const [code, signal] = await once(child, 'close');
  process.off('exit', stop);
  if (code !== 0) throw new Error(`${args[0]} ended with ${signal ?? code}: ${errors.slice(-2_000)}`);
  return { ...JSON.parse(output.trim().split('\n').at(-1) ?? ''), processSeconds: (performance.now() - startedAt) / 1_000 };
}

function findPython() {
  return ['/usr/bin/python3', 'python3'].find((python) => spawnSync(python, ['-c', 'import pandas, psycopg2, pymysql']).status === 0);
}
