import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { compareSummaries } from '@retail-etl/judging';
import { columnsOf, SALES_SUMMARY, shapeOf, type SummaryShape } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'compare-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

const TEXTS = { ids: { product: 'text', sale: 'text' }, quantityDecimals: 3, hasReturned: false, hasNegative: false } as const;
const WITH_RETURNS = { ...TEXTS, hasReturned: true };

async function fileOf(name: string, shape: SummaryShape, rows: readonly string[]): Promise<{ path: string; shape: SummaryShape }> {
  const path = join(folder, name);
  const header = columnsOf(shape).map((column) => column.name);
  await writeFile(path, [header.join(), ...rows, ''].join('\n'));
  return { path, shape };
}

async function compare(
  shapes: readonly [SummaryShape, SummaryShape],
  before: readonly string[],
  after: readonly string[],
  by = 'product_id',
): ReturnType<typeof compareSummaries> {
  const files = [await fileOf('before.csv', shapes[0], before), await fileOf('after.csv', shapes[1], after)] as const;
  return compareSummaries(connection, ...files, { by, offset: 0, limit: 10 });
}

test('what is in one alone is added or removed, to the last digit, and the same is left out', async () => {
  const found = await compare(
    [SALES_SUMMARY, SALES_SUMMARY],
    ['1,2,999999999999999999.99', '2,1,5.00', '3,1,1.00'],
    ['1,2,999999999999999999.98', '3,1,1.00', '4,9223372036854775807,0.01'],
  );
  expect(found).toMatchObject({ added: 1, removed: 1, changed: 1, unchanged: 1 });
  expect(found.rows.map(({ key, before, after }) => [key, before?.amount, after?.amount])).toEqual([
    ['2', '5.000000', undefined],
    ['1', '999999999999999999.990000', '999999999999999999.980000'],
    ['4', undefined, '0.010000'],
  ]);
  expect(found.totals.before).toEqual({ quantity: '4.000000', amount: '1000000000000000005.990000' });
});

test('a key may be a word of SQL, and is summed over the others', async () => {
  const shape = shapeOf('rank', ['group', 'product_id'], TEXTS);
  const found = await compare([shape, shape], ['"a ""b""",x,1.500,2.00', '"a ""b""",y,1.000,3.00'], ['"a ""b""",x,1.500,2.50'], 'group');
  expect(found.rows).toEqual([
    { key: 'a "b"', before: { quantity: '2.500000', amount: '5.000000' }, after: { quantity: '1.500000', amount: '2.500000' } },
  ]);
});

test('products that are numbers in one and texts in the other are compared as texts', async () => {
  const found = await compare(
    [SALES_SUMMARY, shapeOf('sales_summary', ['product_id'], TEXTS)],
    ['42,1,1.00'],
    ['0042,1.000,1.00', '42,1.000,1.00'],
  );
  expect(found).toMatchObject({ added: 1, removed: 0, changed: 0, unchanged: 1 });
});

test('where only returns that are summed apart differ, it is changed; where one has none, returns do not count', async () => {
  const shape = shapeOf('sales_summary', ['product_id'], WITH_RETURNS);
  const plain = shapeOf('sales_summary', ['product_id'], TEXTS);
  const found = await compare(
    [shape, shape],
    ['A,1.000,1.00,0.000,0.00', 'B,1.000,1.00,2.000,4.00'],
    ['A,1.000,1.00,0.000,0.00', 'B,1.000,1.00,2.000,5.00'],
  );
  expect(found).toMatchObject({ added: 0, removed: 0, changed: 1, unchanged: 1 });
  expect(found.rows.map(({ key }) => key)).toEqual(['B']);
  expect(await compare([plain, shape], ['B,1.000,1.00'], ['B,1.000,1.00,2.000,4.00'])).toMatchObject({ changed: 0, unchanged: 1 });
});
