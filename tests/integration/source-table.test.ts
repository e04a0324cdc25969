import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { good, HEADER } from '../corpus/outcomes.js';
import { clearInput, publishedRows, rejectsOf } from '../support/oracle-stack.js';
import { refusal, refusedRun } from '../support/refused-run.js';
import { createSales, putFile } from '../support/sales-rows.js';
import { type Stack, startStack } from '../support/stack.js';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await createSales(stack, "(1, 7, 1, 1.50, '2026-01-01')");
});
afterAll(() => stack.stop());
beforeEach(() => clearInput(stack));

describe('the table', () => {
  beforeEach(() => putFile(stack, 'fine.csv', `${HEADER}\n${good(1)}\n`));

  async function define(...statements: readonly string[]): Promise<void> {
    await stack.postgres.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    for (const statement of statements) await stack.postgres.query(statement);
  }
  const COLUMNS = 'sale_id int, product_id int, quantity int, sale_amount decimal(10,2), sale_date date';

  test.each<[what: string, statements: string[], code: string, message: string]>([
    ['missing', [], 'SOURCE_MISSING', 'table online_sales does not exist in the database of POSTGRES_URL'],
    ['empty', [`CREATE TABLE online_sales (${COLUMNS})`], 'SOURCE_EMPTY', 'table online_sales has no rows'],
    [
      'without a column',
      ['CREATE TABLE online_sales (sale_id int, quantity int, sale_date date)'],
      'HEADER_INVALID',
      'table online_sales: column product_id is missing, column sale_amount is missing',
    ],
    [
      'with a column twice',
      [`CREATE TABLE online_sales (${COLUMNS}, " Quantity" int)`],
      'HEADER_INVALID',
      'table online_sales: column quantity appears twice ("quantity", " Quantity")',
    ],
  ])('%s', async (_what, statements, code, message) => {
    await define(...statements);
    expect((await refusedRun(stack)).error).toMatchObject(refusal(code, message));
  });

  const ROWS = "(1, 7, 2, 1.50, date '2026-01-01'), (2, 8, 3, 2.25, '2026-01-02')";
  const NAMES = 'sale_id, product_id, quantity, sale_amount, sale_date';
  test.each<[what: string, statements: string[]]>([
    ['a view', [`CREATE VIEW online_sales AS SELECT * FROM (VALUES ${ROWS}) AS v(${NAMES})`]],
    ['a materialized view', [`CREATE MATERIALIZED VIEW online_sales AS SELECT * FROM (VALUES ${ROWS}) AS v(${NAMES})`]],
    [
      'partitions',
      [
        `CREATE TABLE online_sales (${COLUMNS}) PARTITION BY LIST (product_id)`,
        'CREATE TABLE p7 PARTITION OF online_sales FOR VALUES IN (7)',
        'CREATE TABLE p8 PARTITION OF online_sales FOR VALUES IN (8)',
        `INSERT INTO online_sales VALUES ${ROWS}`,
      ],
    ],
    [
      'columns with characters in their names that nobody sees',
      [
        'CREATE TABLE online_sales ("\u200bsale_id" int, "product_id\u00a0" int, "quan\ufefftity" int, sale_amount decimal(10,2), "sale_date\u200b" date)',
        `INSERT INTO online_sales VALUES ${ROWS}`,
      ],
    ],
    [
      'columns in another order, in upper case, and more of them',
      [
        'CREATE TABLE online_sales (note text, "SALE_DATE " timestamptz, sale_amount numeric(38,10), "Quantity" numeric, product_id text, "a""b" int, sale_id bigint)',
        "INSERT INTO online_sales VALUES ('x', '2026-01-01 10:00+00', 1.5, 2.0, '7', 1, 1), (NULL, '2026-01-02', 2.25, 3, ' 8', 2, 2)",
      ],
    ],
  ])('%s', async (_what, statements) => {
    await define(...statements);
    const report = await stack.run();
    expect(report.error).toBeNull();
    expect(report.sources[0]).toMatchObject({ source: 'online_sales', rowsRead: 2, rowsAccepted: 2, quantity: '5', amount: '3.750000' });
    expect(await publishedRows(stack)).toEqual(['7,3,3.00', '8,3,2.25']);
  });

  test('of types that COPY writes otherwise than a cast to text does', async () => {
    await define(
      'CREATE DOMAIN code AS char(6)',
      'CREATE TABLE online_sales (sale_id code, product_id char(4), quantity boolean, sale_amount jsonb, sale_date timestamptz)',
      "INSERT INTO online_sales VALUES ('1', '7', true, '1e20', '2026-01-01 10:00+02'), (NULL, '8', false, '[0.10]', NULL)",
    );
    const { rows } = await stack.postgres.query<string[]>({
      text: `SELECT ${NAMES.split(', ')
        .map((name) => `coalesce(${name}::text, '')`)
        .join(', ')} FROM online_sales`,
      rowMode: 'array',
    });
    const report = await refusedRun(stack);
    expect(report.error).toMatchObject({ code: 'REJECT_RATIO' });
    const rejected = (await rejectsOf(stack, report.id)).map((reject) => reject.slice(4, 9));
    expect(new Set(rejected)).toEqual(new Set(rows));
  });

  test('texts that are hard to carry: quotes, newlines, and a row over 1 MiB', async () => {
    await createSales(stack, '', true);
    const texts = ['"', 'a,"b"\r\nc', '\\.', 'z'.repeat(1 << 20)];
    for (const text of texts) await stack.postgres.query("INSERT INTO online_sales VALUES ($1, '7', '1', '1.50', '2026-01-01')", [text]);
    await stack.postgres.query("INSERT INTO online_sales SELECT n, '7', '1', '1.50', '2026-01-01' FROM generate_series(1, 4) n");
    const report = await stack.run();
    expect(report.sources[0]).toMatchObject({ rowsRead: 8, rowsAccepted: 4, rejectsByReason: { malformed_row: 1, invalid_sale_id: 3 } });
    const rejected = (await rejectsOf(stack, report.id)).map(([source, file, record, reason, saleId, , , , , raw]) => [
      source,
      file,
      record,
      reason,
      saleId,
      raw,
    ]);
    expect(new Set(rejected)).toEqual(
      new Set([
        ...texts.slice(0, 3).map((text) => ['online_sales', '', '', 'invalid_sale_id', text, '']),
        ['online_sales', '', '', 'malformed_row', '', 'z'.repeat(4_096)],
      ]),
    );
  });
});
