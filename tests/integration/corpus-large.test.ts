import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { good, HEADER } from '../corpus/outcomes.js';
import { clearInput, publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
beforeEach(() => clearInput(stack));

/** Record numbers of the run's rejects by file, each with its reason. */
async function rejectedRecords(runId: string): Promise<Map<string, string[]>> {
  const byFile = new Map<string, string[]>();
  for (const [, file = '', record, reason] of await rejectsOf(stack, runId)) {
    const all = byFile.get(file) ?? [];
    byFile.set(file, all);
    all.push(`${record} ${reason}`);
  }
  return byFile;
}

test('files of several chunks: bad and malformed records keep their numbers around the borders', async () => {
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
  // A chunk ends at the first half megabyte of text after 524,288 rows; behind it one file has few malformed
  // records, so that its numbers depend on where the chunk begins, the other as many as good ones.
  const large = (badFrom: number, badTo: number, everyMalformed: number): { text: string; expected: string[] } => {
    const lines: string[] = [HEADER];
    const expected: string[] = [];
    for (let record = 1; record <= 600_000; record += 1) {
      const isInside = record >= badFrom && record <= badTo;
      if (isInside && record % everyMalformed === 0) {
        lines.push(`"${record}`.repeat(2));
        expected.push(`${record} malformed_row`);
      } else if (isInside && record % 5 === 1) {
        lines.push(`${record},7,x,1.50,2026-01-01`);
        expected.push(`${record} invalid_quantity`);
      } else lines.push(good(record));
    }
    return { text: `${lines.join('\n')}\n`, expected };
  };
  const a = large(510_000, 565_000, 4_000);
  const b = large(523_000, 585_000, 2);
  await putFile(stack, 'a.csv', a.text);
  await putFile(stack, 'b.csv', b.text);
  const report = await stack.run();
  expect(report.error).toBeNull();
  const rejects = await rejectedRecords(report.id);
  expect(rejects.get('a.csv')).toEqual(a.expected);
  expect(rejects.get('b.csv')).toEqual(b.expected);
  const accepted = 1 + 2 * 600_000 - a.expected.length - b.expected.length;
  expect(report.totals).toMatchObject({ rowsRead: 1_200_001, rowsAccepted: accepted });
  expect(await publishedRows(stack)).toEqual([`7,${accepted},${(accepted * 1.5).toFixed(2)}`]);
});

test('1,000 small files: books and record numbers of each', async () => {
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
  const names = Array.from({ length: 1_000 }, (_, index) => `store-${String(index).padStart(4, '0')}.csv`);
  // Of every file, records in three kinds, in an order that changes from file to file; every tenth has no good one.
  const kinds = [good, (id: number): string => `${id},7,0,1.50,2026-01-01`, (id: number): string => `broken ${id}`];
  const recordsOf = (index: number): number[] =>
    Array.from({ length: 1 + (index % 4) }, (_, at) => (index % 10 === 0 ? 1 + ((index + at) % 2) : (index * 7 + at) % 3));
  await Promise.all(
    names.map((name, index) =>
      putFile(
        stack,
        name,
        `${HEADER}\n${recordsOf(index)
          .map((kind, at) => `${kinds[kind]!(index * 10 + at)}\n`)
          .join('')}`,
      ),
    ),
  );
  await putFile(stack, 'many-good.csv', `${HEADER}\n${`${good(1)}\n`.repeat(3_000)}`);
  const report = await stack.run();
  expect(report.error).toBeNull();
  const books = new Map(report.sources.map((each) => [each.file, each]));
  const rejects = await rejectedRecords(report.id);
  expect(books.size).toBe(1_002);
  let accepted = 3_001;
  for (const [index, name] of names.entries()) {
    const records = recordsOf(index);
    const fine = records.filter((kind) => kind === 0).length;
    accepted += fine;
    expect(books.get(name)).toMatchObject({
      rowsRead: records.length,
      rowsAccepted: fine,
      rowsRejected: records.length - fine,
      quantity: String(fine),
    });
    const expected = records.flatMap((kind, at) =>
      kind === 0 ? [] : [`${at + 1} ${kind === 1 ? 'non_positive_quantity' : 'malformed_row'}`],
    );
    expect(rejects.get(name) ?? [], name).toEqual(expected);
  }
  expect(await publishedRows(stack)).toEqual([`7,${accepted},${(accepted * 1.5).toFixed(2)}`]);
});

test('a table of 600,000 rows is read as it is at one moment while rows are changed, moved and inserted', async () => {
  await createSales(stack, '');
  // Pages have room, so that a changed row stays in its part of the table.
  await stack.postgres.query('ALTER TABLE online_sales SET (fillfactor = 50)');
  await stack.postgres.query("INSERT INTO online_sales SELECT n, 1, 1, 0.01, '2026-01-01' FROM generate_series(1, 600000) n");
  // Four products of one row each, in different parts, that always have the same quantity.
  await stack.postgres.query('UPDATE online_sales SET product_id = 9 + sale_id / 150000 WHERE sale_id IN (1, 150000, 300000, 450000)');
  await stack.postgres.query('ANALYZE online_sales');
  await putFile(stack, 'fine.csv', `${HEADER}\n${good(1)}\n`);
  const over = new AbortController();
  const changes = { count: 0 };
  const changing = (async () => {
    for (let at = 1; !over.signal.aborted; at += 1) {
      // One statement, so one moment.
      await stack.postgres.query(`
        WITH marked AS (UPDATE online_sales SET quantity = ${at} WHERE sale_id IN (1, 150000, 300000, 450000)),
             moved AS (UPDATE online_sales SET sale_amount = sale_amount WHERE sale_id BETWEEN ${at * 20} AND ${at * 20 + 19})
        INSERT INTO online_sales VALUES (${1_000_000 + at * 2}, 2, 1, 0.01, '2026-01-01'), (${1_000_001 + at * 2}, 3, 1, 0.01, '2026-01-01')`);
      changes.count += 1;
    }
  })();
  while (changes.count === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const report = await stack.run().finally(() => over.abort());
  await changing;
  expect(report.error).toBeNull();
  // The moment is a number of changes, the same wherever it shows.
  const moment = Number((await publishedRows(stack)).find((row) => row.startsWith('2,'))?.split(',')[1]);
  expect(moment).toBeGreaterThan(0);
  const inserted = `${moment},${(moment / 100).toFixed(2)}`;
  expect(await publishedRows(stack)).toEqual([
    '1,599996,5999.96',
    `2,${inserted}`,
    `3,${inserted}`,
    '7,1,1.50',
    ...[9, 10, 11, 12].map((product) => `${product},${moment},0.01`),
  ]);
  expect(report.sources[0]).toMatchObject({ rowsRead: 600_000 + 2 * moment, rowsRejected: 0 });
});
