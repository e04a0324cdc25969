import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { describePairs, runWarm } from './against.mjs';
import { makeFiles, makeTable } from './make-data.mjs';
import { progress, say } from './progress.mjs';
import { dropEverything } from './servers.mjs';
import { Services } from './services.mjs';
import { makeWorkbook, WORKBOOK_COLUMNS } from './make-workbook.mjs';

/** Of a workbook; thirteen columns, as a shop exports them. */
const WORKBOOK_ROWS = 200_000;

/** @typedef {{ name: string, says: string, most: number, amount?: string, header?: string, yaml?: string }} Dialect */

const source = (/** @type {string} */ more, /** @type {string} */ amount) =>
  `product: text\nsources: [{ name: shops, files: '*.csv', ${more} columns: { sale_id: sale_id, product_id: product_id, quantity: quantity, sale_amount: ${amount}, sale_date: sale_date } }]\n`;

/** The same sales as files of other forms, and how many times as long as the built-in form they may take. @type {Dialect[]} */
const DIALECTS = [
  { name: 'built_in', says: 'the built-in definition', most: 1 },
  { name: 'declared', says: 'declared, products as text', most: 1.1, yaml: source('', 'sale_amount') },
  {
    name: 'currency',
    says: 'declared, with a currency sign and grouped digits',
    most: 1.6,
    amount: `'"$' || format('{:,.2f}', CAST(amount * 100 AS DOUBLE)) || '"'`,
    yaml: source("numbers: { currency: '$', group: ',' },", 'sale_amount'),
  },
  { name: 'price', says: 'declared, quantity times price', most: 1.3, yaml: source('', '{ price: sale_amount }') },
];

/**
 * Files of several forms through a declaration, in turn with the built-in form: the ratio of each, and how fast a workbook is read.
 * @param {import('./options.mjs').Options} options @param {import('./servers.mjs').Urls} urls @param {string} dir
 */
export async function dialects(options, urls, dir) {
  const rows = options.sizes[0] ?? 0;
  const sides = DIALECTS.map((dialect) => ({
    dialect,
    dataDir: join(dir, dialect.name),
    services: new Services(),
    urls: urlsOf(urls, dialect.name),
  }));
  // The built-in definition needs a table.
  await makeTable(urls.postgres, 1, 1);
  /** @type {Record<string, number[]>} */
  const seconds = {};
  try {
    for (const { dialect, dataDir, urls: own } of sides) {
      progress(`making ${rows} rows: ${dialect.says}`);
      await makeFiles(join(dataDir, 'input'), 2, rows + 1, options.files, options.products, dialect.amount);
      await prepare(own, dataDir, dialect.yaml);
    }
    for (let round = 1; round <= options.repeat; round += 1) {
      for (const { dialect, services, urls: own, dataDir } of round % 2 === 1 ? sides : sides.toReversed()) {
        const { ms } = await runWarm({ name: dialect.name, services, urls: own, dataDir });
        (seconds[dialect.name] ??= []).push(ms / 1_000);
        progress(`round ${round} of ${options.repeat}: ${dialect.says} took ${(ms / 1_000).toFixed(2)} s`);
      }
    }
  } finally {
    for (const { services } of sides) await services.stop();
    for (const { urls: own } of sides) await dropEverything(own);
  }
  const figures = DIALECTS.slice(1).map(({ name, says, most }) => {
    const pairs = describePairs(seconds[name] ?? [], seconds['built_in'] ?? []);
    say(`${says}: ratio ${pairs.ratio.toFixed(3)} (${pairs.interval.map((edge) => edge.toFixed(3)).join(' to ')}), at most ${most}`);
    return { name, most, ...pairs };
  });
  return { rows, seconds, figures, workbook: await readWorkbook(urls, join(dir, 'workbook')) };
}

/** @param {import('./servers.mjs').Urls} urls @param {string} dataDir */
async function readWorkbook(urls, dataDir) {
  const own = urlsOf(urls, 'workbook');
  const services = new Services();
  try {
    await makeWorkbook(join(dataDir, 'input'), WORKBOOK_ROWS);
    await prepare(own, dataDir, `product: text\nsources: [{ name: book, files: '*.xlsx', ${WORKBOOK_COLUMNS} }]\n`);
    await services.start(own, dataDir);
    await services.run();
    const { ms, peakBytes } = await services.run();
    const rate = Math.round(WORKBOOK_ROWS / (ms / 1_000));
    const memory = Math.round((peakBytes['extractor'] ?? 0) / (1 << 20));
    say(`workbook of ${WORKBOOK_ROWS} rows of 13 columns: ${rate} rows a second, the extractor takes at most ${memory} MiB`);
    return { rows: WORKBOOK_ROWS, ms, rate, peakMebibytes: memory };
  } finally {
    await services.stop();
    await dropEverything(own);
  }
}

/** A database and a Redis database of its own on the same servers. @param {import('./servers.mjs').Urls} urls @param {string} name */
function urlsOf(urls, name) {
  const target = new URL(urls.mysql);
  target.pathname = `/warehouse_${name}`;
  const redis = new URL(urls.redis);
  redis.pathname = `/${1 + ['built_in', 'declared', 'currency', 'price', 'workbook'].indexOf(name)}`;
  return { ...urls, mysql: target.href, redis: redis.href };
}

/** @param {import('./servers.mjs').Urls} urls @param {string} dataDir @param {string | undefined} yaml */
async function prepare({ mysql: url }, dataDir, yaml) {
  const target = new URL(url);
  const database = target.pathname.slice(1);
  target.pathname = '/';
  const connection = await mysql.createConnection(target.href);
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4`);
  await connection.end();
  const path = join(dataDir, 'sources.yaml');
  await rm(path, { force: true });
  if (yaml !== undefined) await writeFile(path, yaml);
}
