import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { HEADER, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';
import { retried } from '../support/target-table.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ MAX_REJECT_RATIO: '1' });
  await putFile(stack, 'store.csv', `${HEADER}1,500,1,0.25,2026-01-01\n`);
});
afterAll(() => stack.stop());
beforeEach(async () => {
  const { rows } = await stack.postgres.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE '%public%'");
  for (const { nspname } of rows) await stack.postgres.query(`DROP SCHEMA "${nspname}" CASCADE`);
  await stack.postgres.query('CREATE SCHEMA public');
  const { rows: names } = await stack.postgres.query('SELECT quote_ident(current_user) AS role, current_database() AS name');
  await stack.postgres.query(`ALTER ROLE ${names[0].role} IN DATABASE ${names[0].name} RESET search_path`);
});

/** Executes the statements with which the message ends, as they stand. */
async function follow(message: string): Promise<void> {
  const [, statements = ''] = message.split('To have the role read that: ');
  expect(statements).toMatch(/^CREATE SCHEMA/);
  await stack.postgres.query(statements);
}

const columns = (types: Partial<Record<'sale_id' | 'product_id' | 'quantity' | 'sale_amount', string>>): string => {
  const { sale_id = 'int', product_id = 'int', quantity = 'int', sale_amount = 'numeric' } = types;
  return `sale_id ${sale_id}, product_id ${product_id}, quantity ${quantity}, sale_amount ${sale_amount}, sale_date date`;
};
const FROM_FILE = '500,1,0.25';

// The expected sums are those of the decimal numbers that were meant, added by hand.
test.each<[what: string, statements: string[], names: string[], published: string[]]>([
  [
    'double precision, of which every third amount is printed with its error',
    [
      `CREATE TABLE online_sales (${columns({ sale_amount: 'float8' })})`,
      "INSERT INTO online_sales SELECT g, 1, g, g * 19.99::float8, '2026-01-01' FROM generate_series(1, 20) g",
    ],
    ['column sale_amount is of type double precision: read round(', 'sale_amount'],
    ['1,210,4197.90'],
  ],
  [
    'real, which a cast would round to six digits',
    [
      `CREATE TABLE online_sales (${columns({ sale_amount: 'real', quantity: 'real' })})`,
      "INSERT INTO online_sales VALUES (1, 1, 2, 12345.67, '2026-01-01'), (2, 1, 3, 0.1, '2026-01-01')",
    ],
    ['column quantity is of type real', 'column sale_amount is of type real'],
    ['1,5,12345.77'],
  ],
  [
    'domains of domains',
    [
      'CREATE DOMAIN price AS float8',
      'CREATE DOMAIN "net price" AS price CHECK (VALUE > 0)',
      `CREATE TABLE online_sales (${columns({ sale_amount: '"net price"' })})`,
      "INSERT INTO online_sales VALUES (1, 1, 1, 0.1::float8 + 0.2::float8, '2026-01-01')",
    ],
    ['column sale_amount is of type "net price"'],
    ['1,1,0.30'],
  ],
  [
    'money',
    [
      `CREATE TABLE online_sales (${columns({ sale_amount: 'money' })})`,
      "INSERT INTO online_sales VALUES (1, 1, 1, 1234.50::money, '2026-01-01')",
    ],
    ['column sale_amount is of type money'],
    ['1,1,1234.50'],
  ],
  [
    'ids that a float prints with an exponent, and a quantity that is none',
    [
      `CREATE TABLE online_sales (${columns({ sale_id: 'float8', product_id: 'float8', quantity: 'float8' })})`,
      "INSERT INTO online_sales VALUES (1, 9007199254740991, 1, 1, '2026-01-01'), (1e15, 7, 2, 1, '2026-01-01'), (3, 7, 2.5, 1, '2026-01-01')",
    ],
    ['column sale_id', 'column product_id', 'column quantity'],
    ['7,2,1.00', '9007199254740991,1,1.00'],
  ],
  [
    'numbers that are none',
    [
      `CREATE TABLE online_sales (${columns({ sale_amount: 'float8' })})`,
      "INSERT INTO online_sales VALUES (1, 1, 1, 'NaN', '2026-01-01'), (2, 1, 1, 'Infinity', '2026-01-01'), (3, 1, 1, 1.1, '2026-01-01')",
    ],
    ['column sale_amount'],
    ['1,1,1.10'],
  ],
  [
    'a view that computes',
    [
      `CREATE VIEW online_sales AS SELECT 1 AS sale_id, 1 AS product_id, 3 AS quantity, 3 * 19.99::float8 AS "Sale_Amount ", date '2026-01-01' AS sale_date`,
    ],
    ['column sale_amount is of type double precision'],
    ['1,3,59.97'],
  ],
  [
    'a materialized view',
    [
      `CREATE MATERIALIZED VIEW online_sales AS SELECT 1 AS sale_id, 1 AS product_id, 3 AS quantity, 3 * 19.99::float8 AS sale_amount, date '2026-01-01' AS sale_date`,
    ],
    ['column sale_amount'],
    ['1,3,59.97'],
  ],
  [
    'partitions',
    [
      `CREATE TABLE online_sales (${columns({ sale_amount: 'float8' })}) PARTITION BY HASH (product_id)`,
      'CREATE TABLE part PARTITION OF online_sales FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
      "INSERT INTO online_sales VALUES (1, 1, 3, 3 * 19.99::float8, '2026-01-01')",
    ],
    ['column sale_amount'],
    ['1,3,59.97'],
  ],
])('a table that does not print exact numbers is refused, and the remedy works: %s', async (_what, statements, names, published) => {
  for (const statement of statements) await stack.postgres.query(statement);
  const before = await publishedRows(stack);
  const report = await stack.run();
  expect(report).toMatchObject({ state: 'failed', error: { code: 'COLUMN_INEXACT', stage: 'extract' } });
  for (const name of names) expect(report.error!.message).toContain(name);
  expect(await publishedRows(stack)).toEqual(before);
  await follow(report.error!.message);
  const now = await retried(stack, report.id);
  expect(now.error).toBeNull();
  const product = (line: string): number => Number(line.split(',')[0]);
  expect(await publishedRows(stack)).toEqual([...published, FROM_FILE].sort((a, b) => product(a) - product(b)));
});

test('floats elsewhere, and other types, are no matter', async () => {
  await stack.postgres.query(
    `CREATE TABLE online_sales (${columns({ sale_amount: 'numeric(30,12)', product_id: 'text' }).replace('sale_date date', 'sale_date text')}, weight float8, tags float8[])`,
  );
  await stack.postgres.query(
    `INSERT INTO online_sales VALUES (1, '1', 1, 1.5, '2026-01-01', 0.1, '{0.1}'), (2, '1', 1, 'NaN', '2026-01-01', 0, NULL), (3, '1', 1, 0.1234567, '2026-01-01', 0, NULL)`,
  );
  const report = await stack.run();
  expect(report.error).toBeNull();
  expect(await publishedRows(stack)).toEqual(['1,1,1.50', FROM_FILE]);
  expect((await rejectsOf(stack, report.id)).map((reject) => [reject[3], reject[7]])).toEqual([
    ['invalid_amount', 'NaN'],
    ['invalid_amount', '0.123456700000'],
  ]);
});
