import { type Engine, openEngine } from '@retail-etl/duckdb';
import { mergePartials } from '@retail-etl/judging';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merge-'));
  engine = await openEngine(folder);
});
afterAll(async () => {
  engine.close();
  await rm(folder, { recursive: true });
});

/** Writes a partial of the given products as the transform does, with rejected rows and skipped ones, which are not merged. */
async function writePartial(name: string, products: string): Promise<string> {
  const path = join(folder, name);
  const connection = await engine.connect();
  await connection.run(
    `COPY (SELECT 0::UTINYINT AS outcome, n::BIGINT AS product_id, (n * 3)::DECIMAL(38, 0) AS quantity, (n * 1.005)::DECIMAL(38, 6) AS amount FROM ${products}
           UNION ALL VALUES (1, 7, 1, 1), (3, 7, 1, 1), (12, 7, 1, 1))
     TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return path;
}

const csvPath = (): string => join(folder, 'summary.csv');

/**
 * `sums` as the manifest would say; more than one and a half million together are merged in ranges of products. `onRange` is called
 * before each.
 */
async function merge(
  paths: readonly string[],
  sums = 1000,
  onRange = (): void => undefined,
): Promise<Awaited<ReturnType<typeof mergePartials>>> {
  const connection = await engine.connect();
  try {
    const partials = paths.map((path) => ({ path, sums }));
    const signal = Object.assign(new AbortController().signal, { throwIfAborted: onRange });
    return await mergePartials(connection, partials, SALES_SUMMARY, csvPath(), signal);
  } finally {
    connection.closeSync();
  }
}

test('products of several partials are added up, each amount rounded once', async () => {
  const a = await writePartial('a.parquet', 'range(1, 4) t(n)');
  const b = await writePartial('b.parquet', 'range(3, 5) t(n)');
  // Quantities 3, 6, 9 + 9, 12; amounts 1.005, 2.01, 3.015 + 3.015, 4.02, of which 1.005 is rounded to 1.01.
  expect(await merge([a, b])).toEqual({ overflow: null, products: 4, quantity: '39', amount: '13.065000', publishedAmount: '13.07' });
  expect(await merge([])).toEqual({ overflow: null, products: 0, quantity: '0', amount: '0.000000', publishedAmount: '0.00' });
});

test('the CSV is sorted by product and has a header even without products', async () => {
  const path = await writePartial('c.parquet', 'range(11, 8, -1) t(n)');
  await merge([path]);
  expect(await readFile(csvPath(), 'utf8')).toBe('product_id,total_quantity,total_sale_amount\n9,27,9.05\n10,30,10.05\n11,33,11.06\n');
  await merge([]);
  expect(await readFile(csvPath(), 'utf8')).toBe('product_id,total_quantity,total_sale_amount\n');
});

test('merging in ranges of products gives the very same file and totals', { timeout: 60_000 }, async () => {
  const a = await writePartial('many-a.parquet', 'range(1, 60001) t(n)');
  const b = await writePartial('many-b.parquet', 'range(30001, 90001) t(n)');
  const whole = await merge([a, b]);
  const file = await readFile(csvPath(), 'utf8');
  // 60,000 products stand in one partial each, 30,000 in both: 1 + … + 60,000 and 30,001 + … + 90,000, times three.
  expect(whole).toMatchObject({ products: 90_000, quantity: String(3 * ((60_000 * 60_001) / 2 + (60_000 * 120_001) / 2)) });
  for (const millions of [1.1, 4, 10]) {
    expect(await merge([a, b], millions * 1e6)).toEqual(whole);
    expect(await readFile(csvPath(), 'utf8')).toBe(file);
  }
  expect((await readdir(folder)).filter((name) => name.includes('range'))).toEqual([]);
});

test.each([
  [750_000, 1],
  [750_001, 2],
  [1_500_000, 2],
  [1_500_001, 3],
])('two partials of %s sums each are merged in %s ranges', async (sums, expected) => {
  const paths = [await writePartial('range-a.parquet', 'range(1, 20001) t(n)'), await writePartial('range-b.parquet', 'range(1, 2) t(n)')];
  let ranges = 0;
  await merge(paths, sums, () => (ranges += 1));
  expect(ranges).toBe(expected);
});

test('ranges have about as many products each, however many partials a product is in', async () => {
  const paths = await Promise.all([1, 2, 3, 4].map((n) => writePartial(`often-${n}.parquet`, 'range(1, 30001) t(n)')));
  paths.push(await writePartial('once.parquet', 'range(30001, 90001) t(n)'));
  const lines: Promise<number>[] = [];
  await merge(paths, 800_000, () => lines.push(readFile(csvPath(), 'utf8').then((text) => text.split('\n').length)));
  // What is there before the second range and the third; the first file is of the test before.
  const [, first = 0, second = 0] = await Promise.all(lines);
  expect(first / 30_000).toBeCloseTo(1, 1);
  expect(second / 60_000).toBeCloseTo(1, 1);
});

test.each([0, 1, 3])('%s products in large partials are one range or as many as there are products', async (count) => {
  const path = await writePartial(`few-${count}.parquet`, `range(0, ${count}) t(n)`);
  expect(await merge([path], 10e6)).toMatchObject({ products: count, overflow: null });
  expect((await readFile(csvPath(), 'utf8')).trimEnd().split('\n')).toHaveLength(count + 1);
});

/** Writes a partial of one sum. */
async function writeSum(name: string, product: number, quantity: string, amount: string): Promise<string> {
  const path = join(folder, name);
  const connection = await engine.connect();
  await connection.run(
    `COPY (SELECT 0::UTINYINT AS outcome, ${product}::BIGINT AS product_id, ${quantity}::DECIMAL(38, 0) AS quantity, ${amount}::DECIMAL(38, 6) AS amount)
     TO '${path}' (FORMAT parquet)`,
  );
  connection.closeSync();
  return path;
}

test('a total that the target cannot hold is named, not thrown: the books are looked at first', async () => {
  const path = await writeSum('large.parquet', 60_000, '9223372036854775808', '1');
  const text = 'product 60000: quantity 9223372036854775808, amount 1.000000 do not fit BIGINT and DECIMAL(20,2)';
  expect((await merge([path])).overflow).toBe(text);
  // In ranges, too, and all the totals are there nevertheless.
  const others = await writePartial('others.parquet', 'range(50001, 70001, 2) t(n)');
  const more = await writePartial('more.parquet', 'range(100, 50000) t(n)');
  expect(await merge([path, others, more], 2e6)).toMatchObject({ overflow: text, products: 59_901 });
});

// Several, because one may happen to be the first row of all.
test.each([2001, 3002, 4003, 5004])('the figures named are those of that product alone: %s, after a thousand others', async (product) => {
  const paths = [
    await writePartial('before.parquet', 'range(1, 1001) t(n)'),
    await writeSum('after.parquet', product, '9223372036854775808', '1'),
  ];
  const text = `product ${product}: quantity 9223372036854775808, amount 1.000000 do not fit BIGINT and DECIMAL(20,2)`;
  expect(await merge(paths)).toMatchObject({ overflow: text, products: 1001 });
});

test('the largest totals that the target holds are merged, those one above are named, the least product first', async () => {
  const most = await writeSum('most.parquet', 5, '9223372036854775807', '999999999999999999.994999');
  const totals = { quantity: '9223372036854775807', amount: '999999999999999999.994999', publishedAmount: '999999999999999999.99' };
  expect(await merge([most])).toEqual({ overflow: null, products: 1, ...totals });
  expect(await readFile(csvPath(), 'utf8')).toMatch(/\n5,9223372036854775807,999999999999999999.99\n$/);
  const quantity = await writeSum('quantity.parquet', 5, '1', '0');
  expect((await merge([most, quantity])).overflow).toMatch(/^product 5: quantity 9223372036854775808, amount 999999999999999999.994999 /);
  const amount = await writeSum('amount.parquet', 5, '0', '0.000001');
  expect((await merge([most, amount])).overflow).toMatch(/^product 5: quantity 9223372036854775807, amount 999999999999999999.995000 /);
  const other = await writeSum('other.parquet', -8, '9223372036854775808', '1');
  expect((await merge([most, quantity, other])).overflow).toMatch(/^product -8: /);
});

test('sums are exact as far as the partials can hold them', async () => {
  const [quantity, amount] = ['9'.repeat(38), `${'9'.repeat(32)}.989999`];
  const path = await writeSum('all-digits.parquet', 5, quantity, amount);
  const overflow = `product 5: quantity ${quantity}, amount ${amount} do not fit BIGINT and DECIMAL(20,2)`;
  expect(await merge([path])).toEqual({ overflow, products: 1, quantity, amount, publishedAmount: `${'9'.repeat(32)}.99` });
});
