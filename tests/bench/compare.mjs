import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { assertSameSums, csvSums, tableSums } from './check-sums.mjs';
import { findContender, PANDAS_MISSING, runContender } from './contenders.mjs';
import { median, perKey } from './format.mjs';
import { difference, serverSeconds } from './process-figures.mjs';
import { makeFiles, makeTable } from './make-data.mjs';
import { progress, say } from './progress.mjs';
import { dropEverything } from './servers.mjs';
import { Services } from './services.mjs';

const TARGET = 'sales_summary';

/**
 * One contender's figures at one size, each the median of all runs, memory the largest.
 * @typedef {object} Measured
 * @property {string} name
 * @property {number} seconds
 * @property {number[]} all Seconds of every run, in order.
 * @property {number} ratio To ours, where ours ran too; else NaN.
 * @property {number} rowsPerSecond
 * @property {Record<string, number>} peakBytes Per process.
 * @property {Record<string, number>} stageSeconds
 * @property {Record<string, number>} stageRows Rows that each stage handled; ours only.
 * @property {Record<string, number>} processorSeconds Per process and server.
 */

/**
 * One size: makes the data, runs everyone in turn as often as asked, checks their sums against each other.
 * @param {import('./options.mjs').Options} options
 * @param {number} rows
 * @param {import('./servers.mjs').Urls} urls
 * @param {string} dir An empty folder; it is removed.
 */
export async function compare(options, rows, urls, dir) {
  const dataDir = join(dir, 'data');
  const contenders = options.contenders.filter((name) => name === 'services' || findContender(name) !== undefined);
  if (options.contenders.includes('pandas') && !contenders.includes('pandas')) say(PANDAS_MISSING);
  const tableRows = Math.ceil(rows / 2);
  progress(`making ${rows} rows`);
  await makeTable(urls.postgres, tableRows, options.products);
  await makeFiles(join(dataDir, 'input'), tableRows + 1, rows, options.files, options.products);

  const services = new Services();
  /** @type {Map<string, Run[]>} */
  const runs = new Map(contenders.map((name) => [name, []]));
  /** @type {import('./check-sums.mjs').Sums | undefined} */
  let sums;
  try {
    if (contenders.includes('services')) {
      await services.start(urls, dataDir, options.scale);
      // The first run of a process compiles its code; a service pays for that once in weeks.
      progress('warming up');
      await services.run();
    }
    for (let round = 1; round <= options.repeat; round += 1) {
      for (const name of contenders) {
        progress(`${rows} rows, round ${round} of ${options.repeat}: ${name}`);
        const outputDir = join(dir, name);
        const target = name === 'services' ? TARGET : `bench_${name.replaceAll('-', '_')}`;
        await emptyTarget(urls.mysql, target);
        const run =
          name === 'services'
            ? await runServices(services)
            : await runOther(name, { urls, inputDir: join(dataDir, 'input'), outputDir, targetTable: target });
        if (run.rowsRead !== rows && name !== 'pandas') throw new Error(`${name} read ${run.rowsRead} of ${rows} rows`);
        const found = await tableSums(urls.mysql, target);
        assertSameSums(
          name,
          sums,
          found,
          await csvSums(join(name === 'services' ? join(dataDir, 'output') : outputDir, 'sales_summary.csv')),
        );
        sums = found;
        runs.get(name)?.push(run);
        progress(`${rows} rows, round ${round} of ${options.repeat}: ${name} took ${run.seconds.toFixed(2)} s`);
      }
    }
  } finally {
    await services.stop();
    await dropEverything(urls);
    await rm(dir, { recursive: true, force: true });
  }
  return { rows, tableRows, products: options.products, files: options.files, sums, measured: measure(rows, runs) };
}

/** @typedef {Awaited<ReturnType<typeof compare>>} Comparison */

/**
 * @typedef {object} Run
 * @property {number} seconds
 * @property {number} rowsRead
 * @property {Record<string, number>} peakBytes
 * @property {Record<string, number>} stageSeconds
 * @property {Record<string, number>} [stageRows]
 * @property {Record<string, number>} processorSeconds
 */

/** @param {Services} services @returns {Promise<Run>} */
async function runServices(services) {
  const { ms, report, peakBytes, processorSeconds } = await services.run();
  const rowsRead = report.totals?.rowsRead ?? 0;
  /** @type {Record<string, number>} */
  const stageSeconds = {};
  /** @type {Record<string, number>} */
  const stageRows = {};
  for (const { name, startedAt, finishedAt } of report.stages) {
    stageSeconds[name] = (Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')) / 1_000;
    stageRows[name] = name === 'load' ? (report.totals?.products ?? 0) : rowsRead;
  }
  return { seconds: ms / 1_000, rowsRead, peakBytes, stageSeconds, stageRows, processorSeconds };
}

/** @param {string} name @param {Parameters<typeof runContender>[1]} places @returns {Promise<Run>} */
async function runOther(name, places) {
  const before = serverSeconds();
  const { seconds, rowsRead, peakBytes, processorSeconds, stages } = await runContender(findContender(name) ?? [], places);
  return {
    seconds,
    rowsRead,
    peakBytes: { process: peakBytes },
    stageSeconds: stages,
    processorSeconds: { process: processorSeconds, ...difference(serverSeconds(), before) },
  };
}

/** Everyone finds an empty target, so that everyone writes every product. @param {string} mysqlUrl @param {string} target */
export async function emptyTarget(mysqlUrl, target) {
  const connection = await mysql.createConnection(mysqlUrl);
  await connection.query(
    `CREATE TABLE IF NOT EXISTS ${target}
     (product_id BIGINT PRIMARY KEY, total_quantity BIGINT NOT NULL, total_sale_amount DECIMAL(20,2) NOT NULL)`,
  );
  await connection.query(`TRUNCATE TABLE ${target}`);
  await connection.end();
}

/** @param {number} rows @param {Map<string, Run[]>} runs @returns {Measured[]} */
function measure(rows, runs) {
  const ours = median((runs.get('services') ?? []).map((run) => run.seconds));
  return [...runs].map(([name, own]) => {
    const seconds = median(own.map((run) => run.seconds));
    return {
      name,
      seconds,
      all: own.map((run) => run.seconds),
      ratio: seconds / ours,
      rowsPerSecond: rows / seconds,
      peakBytes: perKey(
        own.map((run) => run.peakBytes),
        (values) => Math.max(...values),
      ),
      stageSeconds: perKey(
        own.map((run) => run.stageSeconds),
        median,
      ),
      stageRows: own[0]?.stageRows ?? {},
      processorSeconds: perKey(
        own.map((run) => run.processorSeconds),
        median,
      ),
    };
  });
}
