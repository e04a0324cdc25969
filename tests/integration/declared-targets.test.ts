import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, csvOf, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

const HEADER = 'sku,qty,total,day\n';
const yaml = (product: string, more = ''): string => `product: ${product}\nsources: [{ name: shop, files: '*.csv', ${more}${COLUMNS} }]`;

/** Declares anew, and leaves the tables as they are. */
const redeclare = (text: string): Promise<void> => writeFile(join(stack.dataDir, 'sources.yaml'), text);

/** Runs what a refusal says. */
async function mend(): Promise<string> {
  const { error } = await stack.run();
  expect(error?.code).toBe('TARGET_UNFIT');
  const [, statements = ''] = error!.message.split('To change that: ');
  for (const statement of statements.split(';').filter((each) => each.trim() !== '')) await stack.mysql.query(statement);
  return statements;
}

test('products change from texts to numbers and back by the statements that the refusals give', async () => {
  await declare(stack, yaml('text'));
  await putAt(stack, 'a.csv', `${HEADER}A1,1,2.5,2026-01-01\n42,1,1,2026-01-01\n`);
  expect((await stack.run()).error).toBeNull();
  await putAt(stack, 'a.csv', `${HEADER}42,3,2.5,2026-01-01\n`);
  await redeclare(yaml('integer'));
  await mend();
  expect((await stack.run()).error).toBeNull();
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['42|3|2.50']);
  await redeclare(yaml('text'));
  await mend();
  expect((await stack.run()).error).toBeNull();
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['42|3|2.50']);
});

test('a table whose texts have another binary collation is a target, or is refused with what mends it', async () => {
  await declare(stack, yaml('text'));
  await putAt(stack, 'a.csv', `${HEADER}A1,1,2.5,2026-01-01\na1,1,1,2026-01-01\n`);
  const [[row]] = (await stack.mysql.query(
    "SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS WHERE COLLATION_NAME IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')",
  )) as unknown as [[{ name: string }]];
  await stack.mysql.query(
    `ALTER TABLE sales_summary MODIFY COLUMN product_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE ${row.name} NOT NULL`,
  );
  const first = await stack.run();
  if (first.error !== null) {
    expect(first.error.code).toBe('TARGET_UNFIT');
    await mend();
    expect((await stack.run()).error).toBeNull();
  }
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A1|1|2.50', 'a1|1|1.00']);
});

test('totals below zero need columns with a sign, and returns columns of their own', async () => {
  await declare(stack, yaml('text'));
  await stack.mysql.query(
    'ALTER TABLE sales_summary MODIFY COLUMN total_quantity BIGINT UNSIGNED NOT NULL, MODIFY COLUMN total_sale_amount DECIMAL(20,2) UNSIGNED NOT NULL',
  );
  await putAt(stack, 'a.csv', `${HEADER}A1,-2,-2.5,2026-01-01\nB,1,1,2026-01-01\n`);
  expect((await stack.run()).error).toBeNull();
  await redeclare(yaml('text', 'returns: net, '));
  expect(await mend()).toContain('MODIFY COLUMN');
  expect((await stack.run()).error).toBeNull();
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A1|-2|-2.50', 'B|1|1.00']);
  await redeclare(yaml('text', 'returns: separate, '));
  expect(await mend()).toContain('ADD COLUMN');
  expect((await stack.run()).error).toBeNull();
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A1|0|0.00|2|2.50', 'B|1|1.00|0|0.00']);
  await redeclare(yaml('text'));
  // Otherwise A1 and its like would show the returns of before beside new totals.
  expect(await mend()).toBe('ALTER TABLE sales_summary DROP COLUMN `returned_quantity`, DROP COLUMN `returned_amount`;');
  expect((await stack.run()).error).toBeNull();
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['B|1|1.00']);
});

test('texts with line ends of all kinds, and dates at the edges, reach the table and the file', async () => {
  const names = [
    'a\rb',
    'a\r\nb',
    '\r',
    '"',
    ' "x',
    'x,',
    '#',
    '\\',
    "'",
    '\ufeffx',
    '\u2028',
    '\t"',
    '\t',
    '\u00a0',
    'é'.repeat(255),
    '🧦'.repeat(255),
  ];
  const rows = names.map((name, at) => `"${name.replaceAll('"', '""')}",1,1,${at % 2 === 0 ? '0001-01-01' : '9999-12-31'}`);
  await putAt(stack, 'a.csv', `${HEADER}${rows.join('\n')}\n`);
  await declare(stack, `summaries: { daily: [sale_date, product_id] }\n${yaml('text')}`);
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, totals: { rowsAccepted: names.length } });
  const [found] = await stack.mysql.query({ sql: 'SELECT product_id FROM daily', rowsAsArray: true });
  const trimmed = names.map((name) => name.replaceAll(/^ +| +$/g, ''));
  expect((found as string[][]).map(([name]) => name!).toSorted()).toEqual(trimmed.toSorted());
  expect((await csvOf(stack, 'daily'))[1]).toContain('0001-01-01');
  expect((await stack.run()).changes).toEqual({ added: 0, changed: 0, removed: 0, unchanged: names.length });
});

test('an id of sixty columns is shown with its reject', async () => {
  const parts = Array.from({ length: 60 }, (_, at) => `p${at}`);
  await declare(
    stack,
    yaml('text', 'max_reject_ratio: 1, ').replace('{ product_id', `{ sale_id: { all: [${parts.join(', ')}] }, product_id`),
  );
  const cells = parts.map((part) => `${part}|x`);
  await putAt(
    stack,
    'a.csv',
    `${parts.join(',')},${HEADER}${cells.join(',')},A,1,1,2026-01-01\n${parts.map(() => 'a').join(',')},A,x,1,2026-01-01\n${parts.map(() => 'a').join(',')},A,1,1,2026-01-01\n`,
  );
  expect(await stack.run()).toMatchObject({
    error: null,
    totals: { rowsAccepted: 1 },
    sources: [{ rejectsByReason: { invalid_sale_id: 1, invalid_quantity: 1 } }],
  });
});
