/**
 * The practical limit: one process with all processors and memory for itself, no queue, no staging, no books, no retry. COPY into a
 * temporary file, DuckDB reads that and the store files with our own rules, keeps the rejects, sums, and one transaction loads.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { judgeRows } from '@retail-etl/judging';
import { openEngine } from '@retail-etl/duckdb';
import { BUILT_IN } from '@retail-etl/sales';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { readJob, replaceTarget, startClock } from './job.mjs';

const COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'];
const MEMORY = '4GiB';
/** Store files, where no sources are declared. */
const [, STORE_SALES] = BUILT_IN.sources;

/** @param {string} url @param {string} path */
async function copyTable(url, path) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const sql = `COPY online_sales (${COLUMNS.join(', ')}) TO STDOUT (FORMAT csv)`;
  await pipeline(client.query(copyTo(sql, { highWaterMark: 1 << 20 })), createWriteStream(path, { highWaterMark: 1 << 20 }));
  await client.end();
}

/**
 * Adds judged rows to the table `judged`, rejected ones with their text.
 * @param {import('@retail-etl/duckdb').DuckDbConnection} connection @param {string[]} paths @param {boolean} hasHeader
 */
async function judgeFiles(connection, paths, hasHeader) {
  const list = `[${paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')}]`;
  const columns = `{${COLUMNS.map((column) => `'${column}': 'VARCHAR'`).join(', ')}}`;
  const options = `delim = ',', quote = '"', escape = '"', header = ${hasHeader}, auto_detect = false, columns = ${columns}`;
  // What judgeRows calls a row's number is here its text, which only rejected rows keep.
  const rows = `(
    SELECT *, {${COLUMNS.map((column) => `'${column}': ${column}`).join(', ')}} AS file_row_number
    FROM read_csv(${list}, ${options}, force_not_null = ${JSON.stringify(COLUMNS).replaceAll('"', "'")}, store_rejects = true)
  )`;
  await connection.run(`
    INSERT INTO judged
    SELECT product_id, quantity, amount, outcome, CASE WHEN outcome <> 0 THEN row END
    FROM (${judgeRows(rows, { model: BUILT_IN.model, source: STORE_SALES, dateFormats: [] }, [])})`);
}

/** @param {import('@retail-etl/duckdb').DuckDbConnection} connection */
async function* streamSums(connection) {
  const result = await connection.stream(
    'SELECT product_id::VARCHAR, total_quantity::VARCHAR, total_sale_amount::VARCHAR FROM sums ORDER BY sums.product_id',
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield /** @type {string[][]} */ (chunk.getRows());
  }
}

const job = readJob();
const clock = startClock();
const temporary = join(job.outputDir, 'temporary');
await mkdir(temporary);
const engine = await openEngine(temporary);
const connection = await engine.connect();
await connection.run(`SET memory_limit = '${MEMORY}'`);
await connection.run(`CREATE TABLE judged (product_id BIGINT, quantity BIGINT, amount DECIMAL(18, 6), outcome UTINYINT,
  raw STRUCT(sale_id VARCHAR, product_id VARCHAR, quantity VARCHAR, sale_amount VARCHAR, sale_date VARCHAR))`);

const storeFiles = (await readdir(job.inputDir)).sort().map((name) => join(job.inputDir, name));
const tableFile = join(temporary, 'online_sales.csv');
await Promise.all([
  clock.timed('copy table', () => copyTable(job.postgresUrl, tableFile)),
  clock.timed('judge files', () => judgeFiles(connection, storeFiles, true)),
]);
await clock.timed('judge table', () => judgeFiles(connection, [tableFile], false));
const rowsRead = await clock.timed('sum', async () => {
  await connection.run(`CREATE TABLE sums AS
    SELECT product_id, sum(quantity)::BIGINT AS total_quantity, round(sum(amount), 2)::DECIMAL(20, 2) AS total_sale_amount
    FROM judged WHERE outcome = 0 GROUP BY product_id`);
  // One malformed record can have several errors.
  await connection.run(`COPY (
      SELECT outcome, to_json(raw)::VARCHAR AS raw FROM judged WHERE outcome <> 0
      UNION ALL SELECT 1, any_value(csv_line) FROM reject_errors GROUP BY scan_id, file_id, line
    ) TO '${join(job.outputDir, 'rejects.parquet')}' (FORMAT parquet)`);
  const counted = await connection.runAndReadAll(
    'SELECT (SELECT count(*) FROM judged) + (SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors)',
  );
  return Number(counted.getRows()[0]?.[0]);
});
await clock.timed('load', async () => {
  await replaceTarget(job.mysqlUrl, job.targetTable, streamSums(connection));
  await connection.run(
    `COPY (SELECT * FROM sums ORDER BY product_id) TO '${join(job.outputDir, 'sales_summary.csv')}' (FORMAT csv, HEADER true)`,
  );
});
connection.closeSync();
engine.close();
await rm(temporary, { recursive: true });
clock.finish(rowsRead);
