import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabases, type TestDatabases } from '../../../tests/support/test-databases.js';
import { type CliEnd, runCli, withDataDir } from './run-cli.js';

const YAML = `product: text
sources:
  - name: web
    table: shop_sales
    columns: { product_id: sku, quantity: qty, sale_amount: total, sale_date: day }
`;

let databases: TestDatabases;

beforeAll(async () => {
  databases = await createTestDatabases();
});
afterAll(() => databases.drop());

async function checked(urls: Readonly<Record<string, string>> = databases.urls): Promise<CliEnd> {
  let end: CliEnd | undefined;
  await withDataDir(async (dataDir) => {
    await mkdir(join(dataDir, 'input'));
    await writeFile(join(dataDir, 'sources.yaml'), YAML);
    end = await runCli(['check'], { DATA_DIR: dataDir, ...urls });
  });
  return end!;
}

test('tables are looked at: absent, without a column, and as they should be; the target too', async () => {
  const source = new pg.Client(databases.urls.POSTGRES_URL);
  await source.connect();
  const target = await mysql.createConnection(databases.urls.MYSQL_URL);
  try {
    const absent = await checked();
    expect(absent).toMatchObject({ code: 1, stdout: expect.stringMatching(/^SOURCE_MISSING {2}table shop_sales does not exist/m) });
    // The target was made for integers.
    expect(absent.stdout).toMatch(/^TARGET_UNFIT {2}sales_summary does not fit/m);

    await source.query('CREATE TABLE shop_sales (sku text, qty int, total numeric)');
    expect((await checked()).stdout).toMatch(/^HEADER_INVALID {2}table shop_sales: column day is missing/m);

    await source.query('ALTER TABLE shop_sales ADD day date');
    await target.query('ALTER TABLE sales_summary MODIFY product_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL');
    expect(await checked()).toMatchObject({ code: 0, stdout: expect.stringContaining('A run could read all of it.') });
  } finally {
    await source.end();
    await target.end();
  }
});

test('rights that a run would lack are told', async () => {
  const name = `checker_${randomBytes(5).toString('hex')}`;
  const source = new pg.Client(databases.urls.POSTGRES_URL);
  await source.connect();
  try {
    await source.query(
      `CREATE TABLE IF NOT EXISTS shop_sales (sku text, qty int, total numeric, day date); CREATE ROLE ${name} LOGIN PASSWORD 'p'`,
    );
    const url = new URL(databases.urls.POSTGRES_URL);
    url.username = name;
    url.password = 'p';
    const { code, stdout } = await checked({ ...databases.urls, POSTGRES_URL: url.toString() });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^POSTGRES_RIGHTS {2}PostgreSQL, looking at shop_sales: permission denied/m);
  } finally {
    await source.query(`DROP ROLE ${name}`);
    await source.end();
  }
});
