import { randomBytes } from 'node:crypto';
import { SALES_COLUMNS } from '@retail-etl/sales';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countingWriter, readUndeclared } from '../../../tests/support/read-undeclared.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { ParquetFile } from '../src/codec/parquet/parquet-file.js';

/** Names that have to be quoted; the role finds the table by its search path alone. */
const name = `In "exact" ${randomBytes(5).toString('hex')}`;
const quoted = pg.escapeIdentifier(name);
const owner = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
const readerUrl = new URL(serverUrl('POSTGRES_URL'));
readerUrl.username = encodeURIComponent(name);
readerUrl.password = 'reader';

beforeAll(async () => {
  await owner.query(`
    CREATE ROLE ${quoted} LOGIN PASSWORD 'reader';
    ALTER ROLE ${quoted} SET search_path = ${quoted};
    CREATE SCHEMA ${quoted};
    GRANT USAGE ON SCHEMA ${quoted} TO ${quoted};
    CREATE TABLE ${quoted}.online_sales (sale_id int, product_id int, quantity int, "Sale_Amount" float8, sale_date date);
    INSERT INTO ${quoted}.online_sales SELECT g, g, 1, g * 19.99::float8, '2026-01-01' FROM generate_series(1, 20) g;
    GRANT SELECT ON ${quoted}.online_sales TO ${quoted}`);
});
afterAll(async () => {
  const { rows } = await owner.query('SELECT quote_ident(nspname) AS schema FROM pg_namespace WHERE strpos(nspname, $1) = 1', [
    name.replaceAll('"', ''),
  ]);
  for (const { schema } of rows) await owner.query(`DROP SCHEMA ${schema} CASCADE`);
  await owner.query(`DROP SCHEMA ${quoted} CASCADE; DROP OWNED BY ${quoted}; DROP ROLE ${quoted}`);
  await owner.end();
});

const read = async (): Promise<number> => (await readUndeclared(readerUrl.toString(), 'online_sales')).copiedRows;

test('a role that may only read is given the view that the message describes, whatever the names are', async () => {
  const error = (await read().catch((thrown: unknown) => thrown)) as { code: string; message: string };
  expect(error).toMatchObject({
    code: 'COLUMN_INEXACT',
    message: expect.stringContaining('column sale_amount is of type double precision') as string,
  });
  const [, statements = ''] = error.message.split('To have the role read that: ');
  await owner.query(statements);
  expect(await read()).toBe(20);
  const { rows } = await owner.query(
    `SELECT sum(sale_amount)::text AS amount FROM ${/CREATE VIEW (".*?"\.online_sales)/.exec(statements)?.[1]}`,
  );
  expect(rows).toEqual([{ amount: '4197.900000' }]);
});

test('a role of fewer digits reads all of them, and the view hides what a policy hides', async () => {
  const other = new pg.Pool({ connectionString: readerUrl.toString(), max: 1 });
  try {
    await owner.query(`
      DROP TABLE ${quoted}.online_sales CASCADE;
      CREATE TABLE ${quoted}.online_sales (sale_id int, product_id int, quantity int, sale_amount real, sale_date date);
      INSERT INTO ${quoted}.online_sales VALUES (1, 1, 1, 12345.67, '2026-01-01'), (2, 2, 1, 1.5, '2026-01-01');
      GRANT SELECT ON ${quoted}.online_sales TO ${quoted};
      ALTER ROLE ${quoted} SET extra_float_digits = 0;
      ALTER ROLE ${quoted} IN DATABASE ${pg.escapeIdentifier(new URL(readerUrl).pathname.slice(1))} RESET search_path`);
    const error = (await read().catch((thrown: unknown) => thrown)) as { code: string; message: string };
    const [, statements = ''] = error.message.split('To have the role read that: ');
    await owner.query(statements.replace(/^CREATE SCHEMA [^;]*;/, ''));
    const rows: string[] = [];
    const sink = new ParquetFile(SALES_COLUMNS);
    const end = sink.endRow.bind(sink);
    sink.endRow = () => {
      const { bytes, length } = sink.columns[SALES_COLUMNS.indexOf('sale_amount')]!;
      rows.push(Buffer.from(bytes.subarray(0, length)).toString('latin1'));
      end();
    };
    await readUndeclared(readerUrl.toString(), 'online_sales', {}, () => ({ ...countingWriter(), rows: sink }));
    expect(rows.at(-1)).toContain('12345.67');

    await owner.query(`
      ALTER TABLE ${quoted}.online_sales ENABLE ROW LEVEL SECURITY;
      CREATE POLICY first_alone ON ${quoted}.online_sales FOR SELECT TO ${quoted} USING (sale_id = 1)`);
    const seen = await other.query('SELECT sale_id FROM online_sales');
    expect(seen.rows).toEqual([{ sale_id: 1 }]);
    await expect(read()).rejects.toMatchObject({ code: 'ROW_SECURITY' });
  } finally {
    await other.end();
  }
});
