import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import pg from 'pg';
import { fileSales, tableSales } from './sales-sql.mjs';

export const CSV_HEADER = 'sale_id,product_id,quantity,sale_amount,sale_date';

/**
 * Makes `online_sales` anew with rows 1 to `rows`. The statistics are made too, and autovacuum is kept away: it would begin in the
 * middle of the measurements.
 * @param {string} postgresUrl @param {number} rows @param {number} products
 */
export async function makeTable(postgresUrl, rows, products) {
  await withPostgres(postgresUrl, async (client) => {
    await client.query('SET synchronous_commit = off');
    await client.query('DROP TABLE IF EXISTS online_sales');
    await client.query(
      `CREATE TABLE online_sales (sale_id SERIAL, product_id INTEGER, quantity INTEGER, sale_amount DECIMAL(10,2), sale_date DATE)
       WITH (autovacuum_enabled = false)`,
    );
    await client.query(`INSERT INTO online_sales ${tableSales(1, rows, products)}`);
    await client.query('ALTER TABLE online_sales ADD PRIMARY KEY (sale_id)');
    await client.query('VACUUM (FREEZE, ANALYZE) online_sales');
    await client.query('CHECKPOINT').catch(() => undefined);
  });
}

/** @param {string} postgresUrl */
export async function dropTable(postgresUrl) {
  await withPostgres(postgresUrl, (client) => client.query('DROP TABLE IF EXISTS online_sales'));
}

/**
 * Makes the folder anew with rows `first` to `last` in `files` files of the same size.
 * @param {string} folder @param {number} first @param {number} last @param {number} files @param {number} products
 * @param {string} [amount] How amounts are written, see `fileSales`.
 */
export async function makeFiles(folder, first, last, files, products, amount) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const rows = last - first + 1;
  const edge = (/** @type {number} */ index) => first + Math.floor((rows * index) / files);
  await writeLines(
    Array.from({ length: files }, (_, index) => ({
      path: join(folder, `store-${String(index + 1).padStart(5, '0')}.csv`),
      sql: fileSales(edge(index), edge(index + 1) - 1, products, amount),
    })),
  );
}

/**
 * Writes the texts of one-column SELECTs below the header, by DuckDB: several million lines a second.
 * @param {{ path: string, sql: string }[]} targets
 */
export async function writeLines(targets) {
  const engine = await openEngine(dirname(targets[0]?.path ?? tmpdir()));
  const connection = await engine.connect();
  try {
    for (const { path, sql } of targets) {
      // A delimiter that occurs nowhere and no quote: the column's text goes out as it is.
      const format = `(FORMAT csv, HEADER true, DELIMITER E'\\x01', QUOTE '', ESCAPE '')`;
      await connection.run(`COPY (SELECT line AS "${CSV_HEADER}" FROM (${sql}) AS t(line)) TO '${path.replaceAll("'", "''")}' ${format}`);
    }
  } finally {
    connection.closeSync();
    engine.close();
  }
}

/**
 * @template T
 * @param {string} url @param {(client: pg.Client) => Promise<T>} action
 */
async function withPostgres(url, action) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await action(client);
  } finally {
    await client.end();
  }
}
