import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ONLINE_SALES, setUp, STORE_SALES, toStoreFile } from '@retail-etl/setup';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabases, type TestDatabases } from '../../../tests/support/test-databases.js';

/** Set-up with real servers: sample sales are made where there is nothing, and never beside sales of somebody's own. */
describe('set-up', () => {
  let databases: TestDatabases;
  let shop: pg.Client;
  let dataDir: string;

  beforeEach(async () => {
    databases = await createTestDatabases();
    dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-setup-'));
    shop = new pg.Client(databases.urls.POSTGRES_URL);
    await shop.connect();
  });

  afterEach(async () => {
    await shop.end();
    await databases.drop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function run(): Promise<string> {
    const lines: string[] = [];
    const { POSTGRES_URL, MYSQL_URL } = databases.urls;
    await setUp({ postgresUrl: POSTGRES_URL, mysqlUrl: MYSQL_URL, dataDir }, { say: (line) => lines.push(line) });
    return lines.join('\n');
  }

  const input = (name: string): string => join(dataDir, 'input', name);
  const put = async (name: string, content: string): Promise<void> => {
    await run();
    for (const each of await readdir(input('.'))) await rm(input(each));
    await shop.query('DROP TABLE online_sales');
    await writeFile(input(name), content);
  };
  const rowsOfTable = async (): Promise<number> => {
    const { rows } = await shop.query<{ count: string }>('SELECT count(*) FROM online_sales');
    return Number(rows[0]?.count);
  };
  const createOwnTable = (columns: string): Promise<unknown> => shop.query(`CREATE TABLE online_sales (${columns})`);
  const FIVE = 'sale_id INT, product_id INT, quantity INT, sale_amount NUMERIC(10,2), sale_date DATE';

  test('makes sample sales where there is nothing, and leaves them as they are the second time', async () => {
    const first = await run();
    expect(first).toContain('online_sales created with sample rows');
    expect(first).toMatch(/in_store_sales\.csv created with sample rows/);
    expect(first).toMatch(/^a run reads online_sales at 127\.0\.0\.1:\d+ and 1 store file \(in_store_sales\.csv\) in /m);
    const second = await run();
    expect(second).toContain('online_sales is there and stays as it is\n');
    expect(await rowsOfTable()).toBe(ONLINE_SALES.length);
    expect(await readFile(input('in_store_sales.csv'), 'utf8')).toBe(toStoreFile(STORE_SALES));
  });

  test.each([
    ['a store file', 'berlin.csv', toStoreFile([[1, 1, 1, '1.00', '2026-01-01']])],
    ['an Excel workbook alone', 'sales.xlsx', 'PK'],
    ['a store file of the name of the sample', 'in_store_sales.csv', toStoreFile(STORE_SALES.slice(1))],
  ])('makes neither table nor file beside %s', async (_, name, content) => {
    await put(name, content);
    expect(await run()).toMatch(/online_sales is not there, and gets no sample rows, because .*input holds files of yours/);
    await expect(rowsOfTable()).rejects.toThrow('does not exist');
    expect(await readdir(input('.'))).toEqual([name]);
  });

  test('names what is in the input folder but is no store file', async () => {
    await put('sales.xlsx', 'PK');
    const said = await run();
    expect(said).toMatch(/a run reads online_sales at \S+ and no store file in /);
    expect(said).toContain('not read, because their names end in neither .csv nor .csv.gz: 1 file (sales.xlsx)');
  });

  test.each([
    ['with sales', `INSERT INTO online_sales VALUES (1, 1, 1, 1.00, '2026-01-01')`, FIVE],
    ['without sales', 'SELECT 1', FIVE],
    ['with one sale more than the sample', `INSERT INTO online_sales VALUES (99, 1, 1, 1.00, '2026-01-01')`, null],
    ['of other columns', 'INSERT INTO online_sales VALUES (1)', 'number INT'],
  ])('makes no store file beside a table %s', async (_, statement, columns) => {
    if (columns === null) {
      await run();
      await rm(input('in_store_sales.csv'));
    } else await createOwnTable(columns);
    await shop.query(statement);
    const before = await rowsOfTable();
    expect(await run()).toMatch(/input is empty, and gets no sample file, because online_sales is yours/);
    expect(await readdir(input('.'))).toEqual([]);
    expect(await rowsOfTable()).toBe(before);
  });

  test('says that sample rows made earlier still count beside files that came since', async () => {
    await run();
    await writeFile(input('berlin.csv'), toStoreFile([[1, 1, 1, '1.00', '2026-01-01']]));
    expect(await run()).toContain('with the sample rows, which count beside your files until you delete them');
  });
});
