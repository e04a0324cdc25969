import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, csvOf, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

test('returns are rejected, netted or summed apart', async () => {
  const rows = ['A,2,10,1', 'A,-1,-4,1', 'A,1,-3,1', 'A,-1,3,1', 'A,-2,0,1', 'A,0,0,1', 'B,-1,-5,1'];
  await putAt(stack, 'a.csv', `sku,qty,total,day\n${rows.map((row) => row.replace(/1$/, '2026-01-01')).join('\n')}\n`);
  const yaml = (returns: string): string =>
    `product: text\nsources: [{ name: shop, files: '*.csv', returns: ${returns}, max_reject_ratio: 1, ${COLUMNS} }]`;
  await declare(stack, yaml('reject'));
  expect(await stack.run()).toMatchObject({
    error: null,
    sources: [{ rejectsByReason: { non_positive_quantity: 5, non_positive_amount: 1 }, quantity: '2', amount: '10.000000' }],
  });
  await declare(stack, yaml('net'));
  expect(await stack.run()).toMatchObject({ error: null, sources: [{ rowsAccepted: 7, quantity: '-2', amount: '1.000000' }] });
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A|-1|6.00', 'B|-1|-5.00']);
  await declare(stack, yaml('separate'));
  const report = await stack.run();
  expect(report).toMatchObject({
    error: null,
    sources: [{ rejectsByReason: { mixed_signs: 2 }, quantity: '2', amount: '10.000000', returned: { quantity: '4', amount: '9.000000' } }],
    totals: { quantity: '2', returned: { quantity: '4', amount: '9.000000' } },
  });
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A|2|10.00|3|4.00', 'B|0|0.00|1|5.00']);
  expect(await csvOf(stack, 'sales_summary')).toEqual([
    'product_id,total_quantity,total_sale_amount,returned_quantity,returned_amount',
    'A,2,10.00,3,4.00',
    'B,0,0.00,1,5.00',
  ]);
});

test('skipped rows are counted by cause, before they are judged, and those outside of the window after', async () => {
  await putAt(
    stack,
    'a.csv',
    'sku,qty,total,day,state,gone\nA,1,1,2026-01-01,Paid,\nA,x,1,2026-01-01,Void,\nA,x,1,2026-01-01,Paid,yes\nA,1,1,2025-12-31,Paid, \nA,x,1,2026-01-01,Paid,\n',
  );
  await declare(
    stack,
    `product: text\nsources: [{ name: shop, files: '*.csv', skip: [{ column: State, is_not: [Paid, Open] }, { column: gone, empty: false }], ${COLUMNS} }]`,
  );
  const report = await stack.run({ from: '2026-01-01' });
  expect(report.sources).toMatchObject([
    {
      rowsRead: 5,
      rowsAccepted: 1,
      rowsRejected: 1,
      rowsSkipped: 3,
      rejectsByReason: { invalid_quantity: 1 },
      skippedByCause: { 'State is not Paid or Open': 1, 'gone is not empty': 1, 'outside the window': 1 },
    },
  ]);
});

test('quantities with decimals, amounts with many, and prices are added up exactly', async () => {
  await putAt(
    stack,
    'a.csv',
    'sku,qty,price,off,day\nA,0.125,19.999999999,0.000000001,2026-01-01\nA,1.5,2,1.5,2026-01-01\nA,1.0001,1,0,2026-01-01\n',
  );
  await declare(
    stack,
    `quantity_decimals: 3\nproduct: text\nsources: [{ name: shop, files: '*.csv', numbers: { decimals: 9 }, max_reject_ratio: 1, columns: { product_id: sku, quantity: qty, sale_amount: { price: price, less: off }, sale_date: day } }]`,
  );
  const report = await stack.run();
  expect(report).toMatchObject({
    error: null,
    sources: [{ rejectsByReason: { invalid_quantity: 1 }, quantity: '1.625', amount: '3.999999998875' }],
    totals: { publishedAmount: '4.00' },
  });
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A|1.625|4.00']);
});

test('a row that lacks the dimension of a summary is rejected, and one that is too long', async () => {
  await putAt(stack, 'a.csv', `sku,qty,total,day,shop\nA,1,1,2026-01-01,\nA,1,1,2026-01-01,${'s'.repeat(256)}\nA,1,1,2026-01-01, s \n`);
  await declare(
    stack,
    `product: text\nsummaries: { by_shop: [store] }\nsources: [{ name: shop, files: '*.csv', max_reject_ratio: 1, ${COLUMNS.replace(' }', ', store: Shop }')} }]`,
  );
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, sources: [{ rejectsByReason: { missing_value: 1, invalid_dimension: 1 } }] });
  expect(await csvOf(stack, 'by_shop')).toEqual(['store,total_quantity,total_sale_amount', 's,1,1.00']);
});
