import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { good, HEADER } from '../corpus/outcomes.js';
import { clearInput, publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ MAX_REJECT_RATIO: '1' });
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await clearInput(stack);
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
});

const goods = (from: number, to: number): string => Array.from({ length: to - from + 1 }, (_, index) => `${good(from + index)}\n`).join('');

test('a stray quote that swallows lines: how many stands in the reject and in the books, whatever the record is rejected for', async () => {
  // The quotes close each other 5,001 lines later.
  await putFile(
    stack,
    'malformed.csv',
    `${HEADER}\n${goods(1, 3)}4,7,"1,1.50,2026-01-01\n${goods(5, 5003)}5004,7,1"x,1.50,2026-01-01\n${goods(5005, 5010)}x\n`,
  );
  // Here the record even has its five fields: the quote is in a column of its own, or in a quantity.
  await putFile(
    stack,
    'well.csv',
    `note,${HEADER}\nn,${good(1)}\n"n\n,${good(2)}\nn",3,7,0,1.50,2026-01-01\nn,4,7,"1\n,",1.50,2026-01-01\nn,5,7,x,1.50,2026-01-01\n`,
  );
  // What is accepted is in the books alone.
  await putFile(stack, 'notes.csv', `note,${HEADER}\n"one\ntwo\nthree",${good(1)}\nn,${good(2)}\n`);
  await putFile(stack, 'plain.csv', `${HEADER}\n${good(1)}\n2,7,x,1.50,2026-01-01\n`);
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(report.sources.map(({ file, rowsRead, longestRecordLines }) => [file, rowsRead, longestRecordLines])).toEqual([
    [null, 1, undefined],
    ['malformed.csv', 11, 5_001],
    ['notes.csv', 2, 3],
    ['plain.csv', 2, undefined],
    ['well.csv', 4, 3],
  ]);
  const rejects = await rejectsOf(stack, report.id);
  expect(rejects.map(([, file, record, reason, ...cells]) => [file, record, reason, cells.at(-1)])).toEqual([
    ['malformed.csv', '4', 'malformed_row', '5001'],
    ['malformed.csv', '11', 'malformed_row', '1'],
    ['plain.csv', '2', 'invalid_quantity', '1'],
    ['well.csv', '2', 'non_positive_quantity', '3'],
    ['well.csv', '3', 'invalid_quantity', '2'],
    ['well.csv', '4', 'invalid_quantity', '1'],
  ]);
  const { rejects: shown } = (await (await stack.request(`/api/runs/${report.id}/rejects`)).json()) as {
    rejects: { lines: number | null }[];
  };
  expect(shown.map(({ lines }) => lines)).toEqual([5_001, 1, 1, 3, 2, 1]);
  expect(await publishedRows(stack)).toEqual(['7,14,21.00']);
});

test('rows of the table have no lines, whatever their texts hold', async () => {
  await createSales(stack, "('1', '7', E'1\\n\\n', '1.50', '2026-01-01'), ('2', '7', '1', '1.50', '2026-01-01')", true);
  await putFile(stack, 'a.csv', `${HEADER}\n${good(1)}\n`);
  const report = await stack.run();
  expect(report.sources.map(({ longestRecordLines }) => longestRecordLines)).toEqual([undefined, undefined]);
  expect((await rejectsOf(stack, report.id)).map((cells) => [cells[3], cells.at(-1)])).toEqual([['invalid_quantity', '']]);
});

test('in a file of several chunks each row of several lines keeps its own, beside rejects of other files', async () => {
  const records = 700_000;
  const text: string[] = [];
  const expected: string[] = [];
  for (let record = 1; record <= records; record += 1) {
    if (record % 50_000 !== 0) text.push(good(record));
    else {
      const lines = record / 50_000;
      // Not a day, and quoted over so many lines.
      text.push(`${record},7,1,1.50,"x${'\n'.repeat(lines - 1)}"`);
      expected.push(`b.csv ${record} ${lines}`);
    }
  }
  await putFile(stack, 'a.csv', `${HEADER}\n"1\n2",7,1,1.50,2026-01-01\nx\n`);
  await putFile(stack, 'b.csv', `${HEADER}\n${text.join('\n')}\n`);
  const report = await stack.run();
  expect(report.error).toBeNull();
  // Large files are read first.
  expect(report.sources.map(({ longestRecordLines }) => longestRecordLines)).toEqual([undefined, 14, 2]);
  const rejects = (await rejectsOf(stack, report.id)).map((cells) => `${cells[1]} ${cells[2]} ${cells.at(-1)}`);
  expect(rejects).toEqual(['a.csv 1 2', 'a.csv 2 1', ...expected]);
});
