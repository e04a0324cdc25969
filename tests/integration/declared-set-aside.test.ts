import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';
import { workbook } from '../support/workbook.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

const HEADER = 'sku,qty,total,day\n';

test('a file that turns bad after some rows leaves nothing behind, however few they are', async () => {
  for (let file = 1; file <= 250; file += 1)
    await putAt(stack, `f${String(file).padStart(3, '0')}.csv`, `${HEADER}A${file},1,${file}.00,2026-01-01\n`);
  const other = 'day,sku,qty,total\n2026-01-01,A,1,1\n';
  await putAt(stack, 'f125.csv', `${HEADER}BAD,1,125.00,2026-01-01\nBAD,1,126.00,2026-01-01\n${other}`);
  // Nothing but a part of a record: that would move each later value up to the row before.
  await putAt(stack, 'f126.csv', `${HEADER}${other}`);
  await putAt(stack, 'book.xlsx', workbook([HEADER.trim().split(','), ['BAD', '1', '1', '2026-01-01'], ['day', 'sku', 'qty', 'total']]));
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.{csv,xlsx}', bad_file: set_aside, ${COLUMNS} }]`);
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, state: 'published', totals: { rowsRead: 248, rowsAccepted: 248, products: 248 } });
  expect(report.sources.filter(({ setAside }) => setAside !== undefined).map(({ file, setAside }) => [file, setAside?.code])).toEqual([
    ['f125.csv', 'HEADER_CHANGED'],
    ['f126.csv', 'HEADER_CHANGED'],
    ['book.xlsx', 'HEADER_CHANGED'],
  ]);
  const rows = await rowsOf(stack, 'sales_summary');
  expect([rows.length, rows.filter((row) => !/^A(\d+)\|1\|\1\.00$/.test(row))]).toEqual([248, []]);
});
