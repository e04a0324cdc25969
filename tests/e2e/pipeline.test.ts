import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Queue, QueueEvents } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSales, HEADER, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await createSales(
    stack,
    "(1, 7, 2, 10.25, '2026-01-01'), (2, 7, 1, 0.10, '2026-01-02'), (3, 8, 0, 5.00, '2026-01-02'), (4, NULL, 1, 1.00, '2026-01-02')",
  );
  await putFile(stack, 'store.csv', `${HEADER}1,8,3,1.005,2026-01-01\n2,8,1,2.00,2026-01-02\n3,9,x,2.00,2026-01-02\nbroken\n`);
});
afterAll(() => stack.stop());

async function published(): Promise<{ rows: string[]; csv: string }> {
  const [rows] = await stack.mysql.query(
    "SELECT CONCAT_WS(',', product_id, total_quantity, total_sale_amount) AS line FROM sales_summary ORDER BY product_id",
  );
  const csv = await readFile(join(stack.dataDir, 'output', 'sales_summary.csv'), 'utf8');
  return { rows: (rows as { line: string }[]).map(({ line }) => line), csv };
}

test('a run publishes the same sums to MySQL and to the CSV file, and every row is accounted for', async () => {
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(report.state).toBe('published');
  const expected = ['7,3,10.35', '8,4,3.01'];
  const { rows, csv } = await published();
  expect(rows).toEqual(expected);
  expect(csv).toBe(['product_id,total_quantity,total_sale_amount', ...expected, ''].join('\n'));
  expect(report.sources).toEqual([
    expect.objectContaining({
      source: 'online_sales',
      file: null,
      rowsRead: 4,
      rowsAccepted: 2,
      rowsRejected: 2,
      rowsSkipped: 0,
      quantity: '3',
      amount: '10.350000',
    }),
    expect.objectContaining({
      source: 'store_sales',
      file: 'store.csv',
      rowsRead: 4,
      rowsAccepted: 2,
      rowsRejected: 2,
      rowsSkipped: 0,
      quantity: '4',
      amount: '3.005000',
    }),
  ]);
  expect(report.totals).toMatchObject({ rowsRead: 8, rowsAccepted: 4, rowsRejected: 4, products: 2, publishedAmount: '13.36' });
  expect(report.changes).toEqual({ added: 2, changed: 0, removed: 0, unchanged: 0 });
});

test('running twice gives the same, never double', async () => {
  const before = await published();
  const report = await stack.run();
  expect(report.state).toBe('published');
  expect(report.changes).toEqual({ added: 0, changed: 0, removed: 0, unchanged: 2 });
  expect(await published()).toEqual(before);
});

test('the next run replaces: products that are gone are removed', async () => {
  await putFile(stack, 'store.csv', `${HEADER}1,10,1,4.00,2026-01-01\n`);
  const report = await stack.run();
  expect(report.changes).toEqual({ added: 1, changed: 0, removed: 1, unchanged: 1 });
  expect((await published()).rows).toEqual(['7,3,10.35', '10,1,4.00']);
});

test('a dry run changes nothing and says what it would change', async () => {
  const before = await published();
  await putFile(stack, 'store.csv', `${HEADER}1,10,1,4.50,2026-01-01\n2,11,1,99.00,2026-01-01\n`);
  const report = await stack.run({ dryRun: true });
  expect(report.state).toBe('previewed');
  expect(report.changes).toEqual({ added: 1, changed: 1, removed: 0, unchanged: 1 });
  expect(report.differences).toEqual([
    { productId: '11', before: null, after: { quantity: '1', amount: '99.00' } },
    { productId: '10', before: { quantity: '1', amount: '4.00' }, after: { quantity: '1', amount: '4.50' } },
  ]);
  expect(await published()).toEqual(before);
});

test('a window keeps its days and skips the rest', async () => {
  await putFile(stack, 'store.csv', `${HEADER}1,10,1,4.50,2026-01-01\n2,11,1,99.00,2026-01-03\n3,11,0,1,2026-01-03\n`);
  const report = await stack.run({ from: '2026-01-02', to: '2026-01-03' });
  expect(report.totals).toMatchObject({ rowsRead: 7, rowsAccepted: 2, rowsRejected: 3, rowsSkipped: 2 });
  expect((await published()).rows).toEqual(['7,1,0.10', '11,1,99.00']);
});

test('a run that fails leaves what was published', async () => {
  const before = await published();
  await putFile(stack, 'store.csv', 'sale_id,product_id,quantity,sale_date\n1,2,3,2026-01-01\n');
  const report = await stack.run();
  expect(report.state).toBe('failed');
  expect(report.error).toMatchObject({
    code: 'HEADER_INVALID',
    stage: 'extract',
    message: expect.stringMatching(/^store\.csv: column sale_amount is missing; line 1 is "/),
  });
  expect(await published()).toEqual(before);
});

test('a job added by hand to the queue runs is a run like any other, and bad data fails it with a reason', async () => {
  await putFile(stack, 'store.csv', `${HEADER}1,12,2,4.50,2026-01-01\n`);
  const connection = { url: stack.redisUrl };
  const queue = new Queue('runs', { connection, prefix: '{retail-etl}' });
  const events = new QueueEvents('runs', { connection, prefix: '{retail-etl}' });
  try {
    await events.waitUntilReady();
    const good = await queue.add('by hand', {});
    const { runId } = (await good.waitUntilFinished(events, 20_000)) as { runId: string };
    const report = await stack.ended(runId);
    expect(report).toMatchObject({ state: 'published', trigger: { kind: 'dashboard', late: false } });
    expect((await published()).rows).toEqual(['7,3,10.35', '12,2,4.50']);

    const bad = await queue.add('by hand', { from: 'yesterday' });
    await expect(bad.waitUntilFinished(events, 20_000)).rejects.toThrow(/JOB_INVALID.*from/);
  } finally {
    await events.close();
    await queue.close();
  }
});
