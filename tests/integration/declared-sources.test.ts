import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { COLUMNS, csvOf, declare, emptyInput, putAt, rowsOf } from '../support/declared-sources.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

/** Names of a summary and of a column are reserved words of both servers. */
const SEVERAL = `
product: text
currency: EUR
summaries:
  sales_daily: [sale_date, store, product_id]
  rank: [group]
sources:
  - name: berlin
    files: 'berlin/**/*.csv'
    currency: EUR
    csv: { delimiter: ';' }
    numbers: { decimal: ',', group: '.' }
    dates: '%d.%m.%Y'
    missing: ['-']
    columns: { product_id: { any: [Artikel, sku] }, quantity: Menge, sale_amount: Betrag, sale_date: Datum, store: { file: 'store_(\\d+)_' }, group: { value: shops } }
  - name: orders
    table: shop."Orders"
    zone: Europe/Berlin
    columns:
      sale_id: { all: [Order, Line] }
      product_id: Item
      quantity: qty
      sale_amount: { price: price }
      sale_date: at
      store: { value: online }
      group: { value: online }
  - name: web
    table: web
    columns: { product_id: product, quantity: pieces, sale_amount: amount, sale_date: day, store: { value: online }, group: { value: online } }
`;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());
afterEach(() => emptyInput(stack));

test('files in folders and two tables are summed by day, store and product, in one publication', async () => {
  await putAt(
    stack,
    'berlin/store_7_mon.csv',
    'SKU;Menge;Betrag;Datum\nA1;2;1.000,50;01.02.2026\na1;1;2,25;01.02.2026\nA1;1;-;02.02.2026\n',
  );
  await putAt(stack, 'berlin/deep/store_8_mon.csv', 'SKU;Menge;Betrag;Datum\nA1;3;3,00;01.02.2026\n');
  await stack.postgres.query(`
    CREATE SCHEMA shop;
    CREATE TABLE shop."Orders" ("Order" text, "Line" int, "Item" text, qty numeric(10,2), price numeric, at timestamptz);
    INSERT INTO shop."Orders" VALUES ('o1', 1, ' A1 ', 2, 10.005, '2026-02-01 23:30:00+00'), ('o1', 2, '0042', 1, 1, '2026-02-01 10:00:00+00'), (NULL, 3, '42', 1, 1, '2026-02-01 10:00:00+00');
    CREATE TABLE web (product text, pieces int, amount numeric, day date);
    INSERT INTO web VALUES ('42', 4, 8.00, '2026-02-02')`);
  await declare(stack, SEVERAL);
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, state: 'published' });
  expect(report.sources.map(({ source, file, rowsRead, rowsAccepted }) => [source, file, rowsRead, rowsAccepted])).toEqual([
    ['berlin', 'berlin/deep/store_8_mon.csv', 1, 1],
    ['berlin', 'berlin/store_7_mon.csv', 3, 2],
    ['orders', null, 3, 2],
    ['web', null, 1, 1],
  ]);
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['0042|1|1.00', '42|4|8.00', 'A1|7|1023.51', 'a1|1|2.25']);
  const daily = [
    '2026-02-01|7|A1|2|1000.50',
    '2026-02-01|7|a1|1|2.25',
    '2026-02-01|8|A1|3|3.00',
    '2026-02-01|online|0042|1|1.00',
    '2026-02-02|online|42|4|8.00',
    // Half past eleven in the evening is the next day in Berlin.
    '2026-02-02|online|A1|2|20.01',
  ];
  expect(await rowsOf(stack, 'sales_daily')).toEqual(daily.toSorted());
  expect(await csvOf(stack, 'sales_daily')).toEqual([
    'sale_date,store,product_id,total_quantity,total_sale_amount',
    ...daily.map((row) => row.replaceAll('|', ',')),
  ]);
  expect(await csvOf(stack, 'rank')).toEqual(['group,total_quantity,total_sale_amount', 'online,7,29.01', 'shops,6,1005.75']);
  expect(report.summaries).toEqual([
    { name: 'sales_daily', rows: 6, quantity: '13', amount: '1034.760000', publishedAmount: '1034.76' },
    { name: 'rank', rows: 2, quantity: '13', amount: '1034.760000', publishedAmount: '1034.76' },
  ]);
  const download = await stack.request(`/api/runs/${report.id}/summaries/rank.csv`);
  expect((await download.text()).split('\n')[1]).toBe('online,7,29.01');
  expect((await stack.request(`/api/runs/${report.id}/summaries/other.csv`)).status).toBe(404);
  const page = (await (await stack.request(`/api/runs/${report.id}/summary?q=0`)).json()) as { products: unknown };
  expect(page.products).toEqual([{ productId: '0042', quantity: '1', amount: '1.00' }]);
  const published = (await (await stack.request(`/api/summary?q=0&sort=amount&order=desc`)).json()) as { products: unknown };
  expect(published.products).toEqual([{ productId: '0042', quantity: '1', amount: '1.00' }]);
});

test('text products are told apart by bytes, and survive CSV and both servers whatever they hold', async () => {
  const products = ['a,b', 'a"b', '=1+1', "O'Neil\\", 'Ä', 'ä', '🧦', 'a%_', 'l1\nl2', '\u00a0x', 'x'.repeat(255), '1e5', 'NULL', '-'];
  const quoted = products.map((name) => `"${name.replaceAll('"', '""')}",1,2.5,2026-01-01`);
  await putAt(stack, 'a.csv', `sku,qty,total,day\n${quoted.join('\n')}\n${'y'.repeat(256)},1,1,2026-01-01\n`);
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.csv', ${COLUMNS} }]`);
  const report = await stack.run();
  expect(report).toMatchObject({ error: null, sources: [{ rejectsByReason: { invalid_product_id: 1 } }] });
  const [rows] = await stack.mysql.query({ sql: 'SELECT product_id FROM sales_summary', rowsAsArray: true });
  const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
  expect((rows as string[][]).map(([name]) => name!).toSorted(byBytes)).toEqual(products.toSorted(byBytes));
  // The same rows again change nothing.
  expect((await stack.run()).changes).toEqual({ added: 0, changed: 0, removed: 0, unchanged: products.length });
});

test('a table of numbers is refused for text products before anything is read, with statements that mend it', async () => {
  await putAt(stack, 'a.csv', 'sku,qty,total,day\nA1,1,2.5,2026-01-01\n');
  await declare(stack, `product: text\nsources: [{ name: shop, files: '*.csv', ${COLUMNS} }]`);
  await stack.mysql.query('DROP TABLE sales_summary');
  await stack.mysql.query(
    'CREATE TABLE sales_summary (product_id BIGINT PRIMARY KEY, total_quantity BIGINT NOT NULL, total_sale_amount DECIMAL(20,2) NOT NULL)',
  );
  await stack.mysql.query('INSERT INTO sales_summary VALUES (7, 1, 1)');
  const refused = await stack.run();
  expect(refused.error).toMatchObject({
    code: 'TARGET_UNFIT',
    message: expect.stringContaining('column product_id is bigint') as string,
  });
  const [, statements = ''] = refused.error!.message.split('To change that: ');
  for (const statement of statements.split(';').filter((each) => each.trim() !== '')) await stack.mysql.query(statement);
  expect(await stack.run()).toMatchObject({ state: 'published', changes: { added: 1, removed: 1 } });
  expect(await rowsOf(stack, 'sales_summary')).toEqual(['A1|1|2.50']);
});

test('a summary that is no longer declared stays, and is told of until it is declared again', async () => {
  await putAt(stack, 'a.csv', 'sku,qty,total,day\nA1,1,2.5,2026-01-01\n');
  const yaml = (summaries: string): string => `product: text\n${summaries}sources: [{ name: shop, files: '*.csv', ${COLUMNS} }]`;
  const stale = async (): Promise<string[]> => ((await stack.run()).staleSummaries ?? []).filter((name) => name.startsWith('by_'));
  await declare(stack, yaml('summaries: { by_day: [sale_date], by_both: [sale_date, product_id] }\n'));
  expect(await stale()).toEqual([]);
  await declare(stack, yaml('summaries: { by_both: [sale_date, product_id] }\n'));
  for (let run = 0; run < 2; run += 1) expect(await stale()).toEqual(['by_day']);
  expect(await rowsOf(stack, 'by_day')).toEqual(['2026-01-01|1|2.50']);
  await declare(stack, yaml('summaries: { by_day: [sale_date] }\n'));
  expect(await stale()).toEqual(['by_both']);
});
