import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, declare, emptyInput, putAt } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';
import { workbook } from '../support/workbook.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

const yaml = (more = ''): string =>
  `product: text\n${more}sources: [{ name: shop, files: 'a/*.csv', ${COLUMNS} }, { name: other, files: '**/b*.csv', ${COLUMNS} }]`;

test.each([
  ['a file of no source', 'SOURCE_UNCLAIMED', 'c/x.csv', /files of no source: c\/x\.csv$/],
  ['a file of two sources', 'SOURCE_AMBIGUOUS', 'a/b1.csv', /a\/b1\.csv \(shop, other\)$/],
])('%s', async (_what, code, path, message) => {
  for (const name of ['a/x.csv', 'b.csv', path, 'a/~$x.csv', 'a/.x.csv', 'a/x.csv.part', 'a/y.TMP'])
    await putAt(stack, name, `sku,qty,total,day\n${name},1,1,2026-01-01\n`);
  await declare(stack, yaml());
  expect((await stack.run()).error).toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test('files of no source may be there if the declaration says so', async () => {
  for (const name of ['a/x.csv', 'b.csv', 'c.txt']) await putAt(stack, name, `sku,qty,total,day\n${name},1,1,2026-01-01\n`);
  await declare(stack, yaml('unclaimed: ignore\n'));
  expect(await stack.run()).toMatchObject({ error: null, totals: { rowsRead: 2 } });
});

test('a path that the expression of a value does not match', async () => {
  await putAt(stack, 'x.csv', 'sku,qty,total,day\nA,1,1,2026-01-01\n');
  await declare(
    stack,
    `product: text\nsummaries: { s: [store] }\nsources: [{ name: shop, files: '*.csv', ${COLUMNS.replace(' }', ", store: { file: '_(\\d+)' } }")} }]`,
  );
  expect((await stack.run()).error).toMatchObject({ code: 'FILE_PATH_UNMATCHED', message: expect.stringContaining('x.csv') as string });
});

test('faults of the declaration, all of them with their lines', async () => {
  await writeFile(
    join(stack.dataDir, 'sources.yaml'),
    'product: txt\nsources:\n  - name: shop\n    file: x\n    columns: { quantity: q }\n',
  );
  const { error } = await stack.run();
  expect(error?.code).toBe('SOURCES_INVALID');
  for (const part of [
    'line 1, column 10',
    '"txt" is not one of integer, text (did you mean text?)',
    'line 4, column 5',
    '(did you mean files?)',
    'product_id is missing',
  ])
    expect(error?.message).toContain(part);
});

test('a declaration that is gone after it was published, and settings of the built-in sources beside it', async () => {
  await putAt(stack, 'a/x.csv', 'sku,qty,total,day\nA,1,1,2026-01-01\n');
  await declare(stack, `product: text\nsources: [{ name: shop, files: 'a/*.csv', ${COLUMNS} }]`);
  expect((await stack.run()).state).toBe('published');
  await rm(join(stack.dataDir, 'sources.yaml'));
  expect((await stack.run()).error).toMatchObject({ code: 'SOURCES_GONE' });
});

test('a workbook of a source whose pattern reads dates of ISO 8601 as other days', async () => {
  await putAt(
    stack,
    'book.xlsx',
    workbook([
      ['sku', 'qty', 'total', 'day'],
      ['A', '1', '1', '2026-02-01'],
    ]),
  );
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.{csv,xlsx}', dates: '%Y-%d-%m', ${COLUMNS} }]`);
  expect((await stack.run()).error).toMatchObject({ code: 'SOURCES_INVALID', message: expect.stringContaining('ISO 8601') as string });
});
