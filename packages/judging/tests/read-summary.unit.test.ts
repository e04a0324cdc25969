import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { readSummaryPage, type SummaryFilePage } from '@retail-etl/judging';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** As the file has them, by product. Sums of two products are the same, and some have more digits than a float holds. */
const PRODUCTS = [
  ['-12', '5', '7.50'],
  ['1', '9', '10.00'],
  ['12', '5', '999999999999999999.99'],
  ['21', '9223372036854775807', '7.50'],
  ['9223372036854775807', '10', '9.99'],
] as const;
type Product = (typeof PRODUCTS)[number];

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'summary-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

async function read(products: readonly Product[], page: Partial<SummaryFilePage> = {}): ReturnType<typeof readSummaryPage> {
  const path = join(folder, 'summary.csv');
  const lines = ['product_id,total_quantity,total_sale_amount', ...products.map((cells) => cells.join(','))];
  await writeFile(path, `${lines.join('\n')}\n`);
  return readSummaryPage(connection, path, SALES_SUMMARY, { prefix: '', sort: 'product', order: 'asc', offset: 0, limit: 10, ...page });
}

const ids = async (page: Partial<SummaryFilePage>): Promise<string[]> => (await read(PRODUCTS, page)).products.map(([id]) => id!);

test('products come with the texts of the file', async () => {
  expect(await read(PRODUCTS)).toEqual({ products: PRODUCTS, total: 5 });
  expect(await read([])).toEqual({ products: [], total: 0 });
});

test('pages follow each other, each with the number of all', async () => {
  expect(await read(PRODUCTS, { limit: 2, offset: 0 })).toEqual({ products: PRODUCTS.slice(0, 2), total: 5 });
  expect(await read(PRODUCTS, { limit: 2, offset: 2 })).toEqual({ products: PRODUCTS.slice(2, 4), total: 5 });
  expect(await read(PRODUCTS, { limit: 2, offset: 6 })).toEqual({ products: [], total: 5 });
});

test.each([
  ['product', 'asc', ['-12', '1', '12', '21', '9223372036854775807']],
  ['product', 'desc', ['9223372036854775807', '21', '12', '1', '-12']],
  ['quantity', 'asc', ['-12', '12', '1', '9223372036854775807', '21']],
  ['quantity', 'desc', ['21', '9223372036854775807', '1', '-12', '12']],
  ['amount', 'asc', ['-12', '21', '9223372036854775807', '1', '12']],
  ['amount', 'desc', ['12', '1', '9223372036854775807', '-12', '21']],
] as const)('by %s, %s: as numbers, the same ones by product', async (sort, order, expected) => {
  expect(await ids({ sort, order })).toEqual(expected);
});

test('a product is found by how its id begins', async () => {
  expect(await ids({ prefix: '1' })).toEqual(['1', '12']);
  expect(await ids({ prefix: '-1' })).toEqual(['-12']);
  expect(await read(PRODUCTS, { prefix: '2' })).toEqual({ products: [PRODUCTS[3]], total: 1 });
  expect(await read(PRODUCTS, { prefix: '3' })).toEqual({ products: [], total: 0 });
});
