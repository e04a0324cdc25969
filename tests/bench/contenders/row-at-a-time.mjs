/**
 * The way most would write it in Node.js: a database cursor, fast-csv, one Map, every row a JavaScript value. Amounts are summed as
 * whole cents, which numbers hold exactly.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { format, parse } from 'fast-csv';
import pg from 'pg';
import { readJob, replaceTarget, startClock } from './job.mjs';

const FETCH_ROWS = 10_000;

const INTEGER = /^[+-]?\d+$/;
const AMOUNT = /^[+-]?(\d+)(?:\.(\d{0,2}))?$/;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** @type {Map<number, { quantity: number, cents: number }>} */
const totals = new Map();
let rowsRead = 0;
let rejected = 0;

/** @param {readonly (string | null)[]} row sale_id, product_id, quantity, sale_amount, sale_date as text */
function addRow([saleId, productId, quantityText, amount, day]) {
  rowsRead += 1;
  const isComplete = saleId && productId && quantityText && amount && day;
  if (!isComplete || !INTEGER.test(saleId) || !INTEGER.test(productId) || !INTEGER.test(quantityText) || !isDay(day)) {
    rejected += 1;
    return;
  }
  const quantity = Number(quantityText);
  const cents = toCents(amount);
  if (!(quantity > 0) || !(cents > 0)) {
    rejected += 1;
    return;
  }
  const product = Number(productId);
  const total = totals.get(product);
  if (total === undefined) totals.set(product, { quantity, cents });
  else {
    total.quantity += quantity;
    total.cents += cents;
  }
}

/** NaN where it is no amount. @param {string} text */
function toCents(text) {
  const match = AMOUNT.exec(text);
  if (match === null) return Number.NaN;
  const cents = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  return text.startsWith('-') ? -cents : cents;
}

/** @param {string} text */
function isDay(text) {
  const match = DAY.exec(text);
  if (match === null) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day);
  return date.getUTCMonth() === (month ?? 0) - 1 && date.getUTCDate() === day;
}

/** @param {string} url */
async function readTable(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN READ ONLY');
  // As text, so that no value passes through a float or a Date.
  await client.query(`DECLARE sales NO SCROLL CURSOR FOR
    SELECT sale_id::text, product_id::text, quantity::text, sale_amount::text, sale_date::text FROM online_sales`);
  for (;;) {
    const { rows } = await client.query({ text: `FETCH ${FETCH_ROWS} FROM sales`, rowMode: 'array' });
    for (const row of rows) addRow(row);
    if (rows.length < FETCH_ROWS) break;
  }
  await client.end();
}

/** @param {string} folder */
async function readFiles(folder) {
  for (const name of (await readdir(folder)).sort()) {
    const rows = createReadStream(join(folder, name))
      .pipe(parse({ headers: true, strictColumnHandling: true }))
      .on('data-invalid', () => {
        rowsRead += 1;
        rejected += 1;
      });
    rows.on('data', (row) => addRow([row.sale_id, row.product_id, row.quantity, row.sale_amount, row.sale_date]));
    await finished(rows);
  }
}

function* summaryBatches() {
  const text = (/** @type {number} */ cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  const products = [...totals].sort(([a], [b]) => a - b);
  yield products.map(([product, { quantity, cents }]) => [String(product), String(quantity), text(cents)]);
}

/** @param {string} path */
async function writeCsv(path) {
  const file = createWriteStream(path);
  const csv = format({
    headers: ['product_id', 'total_quantity', 'total_sale_amount'],
    alwaysWriteHeaders: true,
    includeEndRowDelimiter: true,
  });
  csv.pipe(file);
  for (const batch of summaryBatches()) for (const row of batch) csv.write(row);
  csv.end();
  await finished(file);
}

const job = readJob();
const clock = startClock();
await clock.timed('table', () => readTable(job.postgresUrl));
await clock.timed('files', () => readFiles(job.inputDir));
await clock.timed('load', async () => {
  await replaceTarget(job.mysqlUrl, job.targetTable, summaryBatches());
  await writeCsv(join(job.outputDir, 'sales_summary.csv'));
});
clock.finish(rowsRead);
process.stderr.write(`${rejected} rejected\n`);
