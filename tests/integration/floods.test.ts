import type { ChildProcess } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { good, HEADER } from '../corpus/outcomes.js';
import { clearInput, publishedRows } from '../support/oracle-stack.js';
import { refusedRun } from '../support/refused-run.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { stopProcess } from '../support/service-processes.js';
import { type Stack, startStack } from '../support/stack.js';

/** Files of which most is no record, far more of it than a chunk holds. */

let stack: Stack;
let transformer: ChildProcess;
beforeAll(async () => {
  stack = await startStack();
  transformer = stack.services.transformer;
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await clearInput(stack);
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
});

const FLOOD_RECORDS = 4_000_000;

test('a flood of malformed records is stopped once no rest of the file could help, named, and read whole under a higher limit', async () => {
  const flood = gzipSync(`${HEADER}\n${'x\n'.repeat(FLOOD_RECORDS)}`);
  expect(flood.length).toBeLessThan(20_000);
  await putFile(stack, 'flood.csv.gz', flood);
  await putFile(stack, 'fine.csv', `${HEADER}\n${good(1)}\n`);
  const report = await refusedRun(stack);
  expect(report.error).toMatchObject({ code: 'REJECT_RATIO', stage: 'transform' });
  const books = report.sources.find(({ file }) => file === 'flood.csv.gz')!;
  expect(books.rowsRead).toBeLessThan(FLOOD_RECORDS);
  expect(books).toMatchObject({ rowsRejected: books.rowsRead, rejectsByReason: { malformed_row: books.rowsRead } });
  const rowsRead = report.sources.reduce((sum, each) => sum + (each.source === 'store_sales' ? each.rowsRead : 0), 0);
  expect(report.error?.message).toBe(
    `store_sales: ${books.rowsRead} of ${rowsRead} rows were rejected (${(books.rowsRead / rowsRead).toFixed(4)}, allowed 0.5): ` +
      `flood.csv.gz ${books.rowsRead} of ${books.rowsRead} (malformed_row ${books.rowsRead}). Reading was stopped there: the rest could not have made it pass`,
  );
  const rejects = (await (await stack.request(`/api/runs/${report.id}/rejects`)).json()) as {
    rejects: { record: string }[];
    total: number;
  };
  expect(rejects.total).toBe(books.rowsRead);
  expect(rejects.rejects.map(({ record }) => record)).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)));

  await stopProcess(transformer);
  transformer = await stack.start('transformer', { MAX_REJECT_RATIO: '1' });
  expect((await stack.request(`/api/runs/${report.id}/retry`, { method: 'POST' })).status).toBe(202);
  const whole = await stack.ended(report.id);
  expect(whole.error).toBeNull();
  expect(whole.totals).toMatchObject({ rowsRead: FLOOD_RECORDS + 2, rowsRejected: FLOOD_RECORDS, rowsAccepted: 2 });
  expect(await publishedRows(stack)).toEqual(['7,2,3.00']);
  await stopProcess(transformer);
  transformer = await stack.start('transformer');
});

test('a file that begins with chunks of malformed records passes if enough good ones follow', async () => {
  const [bad, fine] = [1_100_000, 1_100_001];
  await putFile(stack, 'a.csv', `${HEADER}\n${'x\n'.repeat(bad)}${'1,7,1,1,2026-01-01\n'.repeat(fine)}`);
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(report.totals).toMatchObject({ rowsRead: bad + fine + 1, rowsRejected: bad });
});
