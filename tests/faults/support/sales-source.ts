import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { HEADER } from '../../support/sales-rows.js';

/**
 * The sources of a test: the table `online_sales`, and store files whose rows also lie in a table of their own, so that PostgreSQL can
 * add both up by itself. Every version differs from the one before in some products.
 */
export interface SalesSource {
  /** Makes the next version. Call it only while no run reads. */
  change(): Promise<void>;
  /** `product_id,total_quantity,total_sale_amount` of what a run without a window has to publish, by product. */
  expected(): Promise<string[]>;
}

const FILES = ['north.csv', 'south.csv'];

// No two files of one version are alike: a run refuses the same bytes under two names. Some quantities and amounts come out as zero, so some rows are rejected.
const row = (version: number): string =>
  `(i * 7919 + ${version}) % 400 - 50, (i * 31 + ${version}) % 9, ((i * 7907 + ${version * 13}) % 100000)`;

/** Fills both sources with `rows` rows each. */
export async function createSource(pool: () => pg.Pool, dataDir: string, rows: number): Promise<SalesSource> {
  let version = 0;
  await pool().query(`
    CREATE TABLE online_sales (sale_id SERIAL PRIMARY KEY, product_id INTEGER, quantity INTEGER, sale_amount DECIMAL(10,2), sale_date DATE);
    CREATE SCHEMA IF NOT EXISTS expected;
    CREATE TABLE expected.store_sales (file text, sale_id int, product_id bigint, quantity bigint, sale_amount numeric);
    INSERT INTO online_sales (product_id, quantity, sale_amount, sale_date)
      SELECT p, q, a / 100.0, DATE '2026-01-01' + i % 300 FROM (SELECT i, ${row(0)
        .split(', ')
        .map((text, at) => `${text} AS ${'pqa'[at]}`)
        .join(', ')}
      FROM generate_series(1, ${rows}) i) made`);
  await mkdir(join(dataDir, 'input'), { recursive: true });

  const writeStoreFile = async (file: string): Promise<void> => {
    await pool().query('DELETE FROM expected.store_sales WHERE file = $1', [file]);
    const share = Math.ceil(rows / FILES.length);
    await pool().query(
      `INSERT INTO expected.store_sales SELECT $1, i, p, q, a / 1000.0
       FROM (SELECT i, ${row(version + 1_000 * FILES.indexOf(file))
         .split(', ')
         .map((text, at) => `${text} AS ${'pqa'[at]}`)
         .join(', ')} FROM generate_series(1, ${share}) i) made`,
      [file],
    );
    const { rows: lines } = await pool().query<{ text: string }>(
      `SELECT string_agg(concat_ws(',', sale_id, product_id, quantity, sale_amount::numeric(12,3), DATE '2026-01-01' + sale_id % 300), E'\\n' ORDER BY sale_id) AS text
       FROM expected.store_sales WHERE file = $1`,
      [file],
    );
    // As a delivery should: written under another name, then renamed.
    await writeFile(join(dataDir, 'input', `.${file}`), `${HEADER}${lines[0]?.text ?? ''}\n`);
    await rename(join(dataDir, 'input', `.${file}`), join(dataDir, 'input', file));
  };
  for (const file of FILES) await writeStoreFile(file);

  return {
    async change() {
      version += 1;
      await pool().query(
        `INSERT INTO online_sales (product_id, quantity, sale_amount, sale_date) SELECT 1000 + $1, i, i * 1.25, DATE '2026-02-02' FROM generate_series(1, 3) i`,
        [version],
      );
      await pool().query('DELETE FROM online_sales WHERE product_id = $1', [version - 50]);
      await writeStoreFile(FILES[version % FILES.length]!);
    },
    async expected() {
      const { rows: lines } = await pool().query<{ line: string }>(
        `SELECT concat_ws(',', product_id, sum(quantity), round(sum(sale_amount), 2)) AS line
         FROM (SELECT product_id, quantity, sale_amount FROM online_sales
               UNION ALL SELECT product_id, quantity, sale_amount FROM expected.store_sales) sales
         WHERE quantity > 0 AND sale_amount > 0 GROUP BY product_id ORDER BY product_id`,
      );
      return lines.map(({ line }) => line);
    },
  };
}
