import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { rejectsOf } from '../support/oracle-stack.js';
import { type Stack, startStack } from '../support/stack.js';
import { workbook } from '../support/workbook.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

test('lines before the header, footers, other quotes, empty last fields and empty rows', async () => {
  await putAt(
    stack,
    'a.csv',
    "Sales of \"May\nprinted today\nsku|qty|total|day||\n'A|1'|1|1|2026-01-01||\nB|1|1|2026-01-01|\nB|1|1|2026-01-01|||\n''|''|''|''\nB|1|1|2026-01-01||x|\nTotal||4\nsku|qty|total|day||\nB|1|1|2026-01-01\nTotal||5\n",
  );
  await declare(
    stack,
    `product: text\nsources: [{ name: shop, files: '*.csv', max_reject_ratio: 1, csv: { quote: "'", skip_lines: 2, footer: '^Total', trailing_empty: true }, ${COLUMNS} }]`,
  );
  const report = await stack.run();
  expect(report).toMatchObject({
    error: null,
    sources: [{ rowsRead: 5, rowsAccepted: 4, footerLines: 2, repeatedHeaders: 1, rejectsByReason: { malformed_row: 1 } }],
  });
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A|1|1|1.00', 'B|3|3.00']);
});

test('files without a line feed: lines end in returns', async () => {
  await putAt(stack, 'a.csv', 'sku,qty,total,day\rA,1,1,2026-01-01\r"B\rC",1,1,2026-01-01\r\rA,1,1,2026-01-01');
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.csv', ${COLUMNS} }]`);
  expect(await stack.run()).toMatchObject({ error: null, sources: [{ rowsAccepted: 3 }] });
});

test('a second header in another order is refused, and one in the same passed over', async () => {
  await putAt(stack, 'a.csv', 'sku,qty,total,day\nA,1,1,2026-01-01\nSKU,Qty,Total,Day\nA,1,1,2026-01-01\n');
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.csv', max_reject_ratio: 1, ${COLUMNS} }]`);
  expect(await stack.run()).toMatchObject({ error: null, sources: [{ rowsRead: 2, repeatedHeaders: 1 }] });
  await putAt(stack, 'a.csv', 'sku,qty,total,day\nA,1,1,2026-01-01\nsku,total,qty,day\nA,1,1,2026-01-01\n');
  expect((await stack.run()).error).toMatchObject({ code: 'HEADER_CHANGED' });
});

test('a file that cannot be read is set aside, whenever that is found out', async () => {
  const good = Array.from({ length: 40_000 }, (_, at) => `A,1,1.5,2026-01-01,${at}`).join('\n');
  await putAt(stack, '1-good.csv', `sku,qty,total,day,n\n${good}\n`);
  await putAt(stack, '2-header.csv', 'item,qty\nA,1\n');
  await putAt(stack, '3-empty.csv', '');
  await putAt(stack, '4-changed.csv', `sku,qty,total,day,n\n${good}\nqty,sku,total,day,n\n1,A,1,2026-01-01,1\n`);
  await putAt(stack, '5-torn.csv.gz', gzipSync(`sku,qty,total,day,n\n${good}\n`).subarray(0, 5_000));
  await putAt(stack, '6-picture.csv', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  await putAt(stack, '7-good.csv', 'sku,qty,total,day\nA,1,1.5,2026-01-01\n');
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.{csv,csv.gz}', bad_file: set_aside, ${COLUMNS} }]`);
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, state: 'published', totals: { rowsRead: 40_001, quantity: '40001' } });
  expect(report.sources.map(({ file, rowsRead, setAside }) => [file, rowsRead, setAside?.code ?? null])).toEqual([
    ['1-good.csv', 40_000, null],
    ['2-header.csv', 0, 'HEADER_INVALID'],
    ['3-empty.csv', 0, 'SOURCE_EMPTY'],
    ['4-changed.csv', 0, 'HEADER_CHANGED'],
    ['5-torn.csv.gz', 0, 'FILE_REFUSED'],
    ['6-picture.csv', 0, 'FILE_NOT_TEXT'],
    ['7-good.csv', 1, null],
  ]);
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.{csv,csv.gz}', ${COLUMNS} }]`);
  expect((await stack.run()).state).toBe('failed');
});

test('workbooks beside text files: numbers as they are kept, dates by their style, texts as the source writes them', async () => {
  const german = { number: '1234.5' };
  await putAt(
    stack,
    'book.xlsx',
    workbook([
      ['Umsätze 2026'],
      ['Artikel', 'Menge', 'Betrag', 'Datum', 'Rest'],
      ['A', { number: '2' }, german, { day: 46_023 }],
      [{ number: '42' }, '1', { number: '1.2345' }, '02.01.2026'],
      ['A', '1', '1.234,50', { day: 46_023 }],
      ['A', '1', { number: '0.30000000000000004' }, '2026-01-02'],
      [null, '', ' '],
      ['A', '1', '1.2345', { day: 46_023 }],
      ['A', '1', '1', { day: 46_023 }, '', 'more'],
      ['Summe', null, { number: '99' }],
      ['Artikel', 'Menge', 'Betrag', 'Datum'],
    ]),
  );
  await putAt(stack, 'text.csv', 'Title\nArtikel;Menge;Betrag;Datum\nA;1;2,00;01.01.2026\nA;1;2,00;2026-01-01\n');
  await declare(
    stack,
    `product: text\nsources: [{ name: shop, files: '*.{csv,xlsx}', max_reject_ratio: 1, csv: { skip_lines: 1, footer: '^Summe' }, numbers: { decimal: ',', group: '.', decimals: 3 }, dates: '%d.%m.%Y', columns: { product_id: Artikel, quantity: Menge, sale_amount: Betrag, sale_date: Datum } }]`,
  );
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(
    report.sources.map((books) => [books.file, books.rowsRead, books.rejectsByReason, books.footerLines ?? 0, books.repeatedHeaders ?? 0]),
  ).toEqual([
    ['text.csv', 2, { invalid_date: 1 }, 0, 0],
    ['book.xlsx', 6, { invalid_amount: 1, malformed_row: 1 }, 1, 1],
  ]);
  // 1234.5 + 1234.5 + 0.3 + 2, and 1.2345 to three decimals.
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['42|1|1.24', 'A|5|2471.30']);
  await putAt(stack, 'book.xlsx', workbook([['x'], ['Artikel', 'Menge', 'Betrag']]));
  expect((await stack.run()).error).toMatchObject({
    code: 'HEADER_INVALID',
    message: expect.stringContaining('column Datum is missing') as string,
  });
  await putAt(stack, 'book.xlsx', 'PK\x03\x04 no workbook');
  expect((await stack.run()).error).toMatchObject({ code: 'FILE_REFUSED' });
});

test('rejects show what stood in the source', async () => {
  await putAt(stack, 'a/x_3.csv', 'sku,qty,price,off,day\nA,1,"1,5",0,2026-01-01\nA,1,1,,2026-01-01\nA,1,1,0,tomorrow\n');
  await declare(
    stack,
    `product: text\nsources: [{ name: shop, files: '*/x_*.csv', max_reject_ratio: 1, columns: { sale_id: { all: [sku, { file: '_(\\d)' }] }, product_id: sku, quantity: qty, sale_amount: { price: price, less: off }, sale_date: day } }]`,
  );
  const report = await stack.run();
  expect(report.error?.code).toBe('SUMMARY_EMPTY');
  expect((await rejectsOf(stack, report.id)).map((row) => row.slice(1, 9))).toEqual([
    ['a/x_3.csv', '1', 'invalid_amount', 'A|3', 'A', '1', '1,5 | 0', '2026-01-01'],
    ['a/x_3.csv', '2', 'missing_value', 'A|3', 'A', '1', '1 | ', '2026-01-01'],
    ['a/x_3.csv', '3', 'invalid_date', 'A|3', 'A', '1', '1 | 0', 'tomorrow'],
  ]);
});

test('sales whose texts are names of columns are sales, also where each line is held against a footer', async () => {
  await putAt(stack, 'a.csv', 'sku,qty,total,day,shop\nqty,1,1,2026-01-01,total\nday,2,2,2026-01-01,sku\nsku,qty,total,day,shop\nEnd\n');
  await declare(
    stack,
    `product: text\nsummaries: { s: [store] }\nsources: [{ name: shop, files: '*.csv', csv: { footer: '^End$' }, ${COLUMNS.replace(' }', ', store: shop }')} }]`,
  );
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, sources: [{ rowsRead: 2, rowsAccepted: 2, repeatedHeaders: 1, footerLines: 1 }] });
  expect(await rowsOf(stack, 's')).toEqual(['sku|2|2.00', 'total|1|1.00']);
});

test('long values are carried to as many lines as there are', async () => {
  const state = 's'.repeat(20_000);
  const lines = Array.from(
    { length: 3_000 },
    (_, at) => `${Math.floor(at / 1_000)},A,1,1,2026-01-01,${at % 1_000 === 0 && at < 2_000 ? state : ''}`,
  );
  await putAt(stack, 'a.csv', `order,sku,qty,total,day,state\n${lines.join('\n')}\n`);
  await declare(
    stack,
    `product: text\nsources: [{ name: shop, files: '*.csv', carry: { within: order, columns: [state] }, skip: [{ column: state, is: ['${state}'] }], ${COLUMNS} }]`,
  );
  expect(await stack.run()).toMatchObject({ error: null, sources: [{ rowsRead: 3_000, rowsSkipped: 2_000, rowsAccepted: 1_000 }] });
});

test('rejects of long texts are read from what was staged', async () => {
  const long = 'x'.repeat(300);
  await putAt(stack, 'shop_5.csv', `sku,qty,price,day\nA,1,${long},2026-01-01\nB,1,2,2026-01-01\n`);
  await declare(
    stack,
    "product: text\nsources: [{ name: shop, files: '*.csv', columns: { sale_id: { all: [{ file: '_(\\d)' }, sku] }, product_id: sku, quantity: qty, sale_amount: { price: price }, sale_date: day } }]",
  );
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect((await rejectsOf(stack, report.id)).map((row) => row.slice(1, 9))).toEqual([
    ['shop_5.csv', '1', 'invalid_amount', '5|A', 'A', '1', long, '2026-01-01'],
  ]);
});
