import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { ParquetFile } from '../src/codec/parquet/parquet-file.js';
import type { PartitionSink, RecordWriter } from '../src/index.js';
import type { TableRequest } from '../src/sources/postgres-table/describe-table.js';
import { readTable } from '../src/sources/postgres-table/read-table.js';

const name = `rls_${randomBytes(5).toString('hex')}`;
const owner = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
const readerUrl = new URL(serverUrl('POSTGRES_URL'));
readerUrl.username = name;
readerUrl.password = 'reader';

beforeAll(async () => {
  await owner.query(`
    CREATE ROLE ${name} LOGIN PASSWORD 'reader';
    CREATE SCHEMA ${name};
    GRANT USAGE ON SCHEMA ${name} TO ${name};
    CREATE TABLE ${name}.hidden (sale_id int, product_id int, quantity int, sale_amount numeric, sale_date date);
    INSERT INTO ${name}.hidden SELECT g, g, 1, 1, '2026-01-01' FROM generate_series(1, 4) g;
    CREATE TABLE ${name}.closed (LIKE ${name}.hidden);
    CREATE TABLE ${name}.open (LIKE ${name}.hidden);
    INSERT INTO ${name}.open SELECT * FROM ${name}.hidden;
    CREATE TABLE ${name}.forbidden (LIKE ${name}.hidden);
    ALTER TABLE ${name}.hidden ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${name}.closed ENABLE ROW LEVEL SECURITY;
    CREATE POLICY half ON ${name}.hidden FOR SELECT TO ${name} USING (product_id <= 2);
    GRANT SELECT ON ${name}.hidden, ${name}.closed, ${name}.open TO ${name};
    CREATE VIEW ${name}.through AS SELECT * FROM ${name}.hidden;
    ALTER VIEW ${name}.through OWNER TO ${name}`);
});
afterAll(async () => {
  await owner.query(`DROP SCHEMA ${name} CASCADE; DROP ROLE ${name}`);
  await owner.end();
});

/** Rows are only counted: PostgreSQL says how many it copied. */
const writer = (): RecordWriter => ({
  rows: new ParquetFile(SALES_COLUMNS),
  isDue: false,
  malformed: () => undefined,
  startSegment: () => undefined,
  advance: () => Promise.resolve(),
  finish: () => Promise.resolve(),
});
const sink: PartitionSink = { openWriter: writer };
const rowsOf = async (table: string, more: Partial<TableRequest> = {}, url = readerUrl.toString()): Promise<number> => {
  const request = { table: `${name}.${table}`, allowRowSecurity: false, ...more };
  return (await readTable(url, request, sink, new AbortController().signal)).copiedRows;
};

test.each([
  ['hidden', 'policies: half'],
  ['closed', 'no policy, so it shows none'],
  ['through', 'hidden'],
])('%s, of which row-level security hides rows, is refused: %s', async (table, text) => {
  await expect(rowsOf(table)).rejects.toMatchObject({ code: 'ROW_SECURITY', message: expect.stringContaining(text) as string });
});

test('the setting allows it, and reads what the role sees', async () => {
  expect(await rowsOf('hidden', { allowRowSecurity: true })).toBe(2);
  expect(await rowsOf('through', { allowRowSecurity: true })).toBe(2);
});

test('a table that the role sees whole is read', async () => {
  expect(await rowsOf('open')).toBe(4);
  expect(await rowsOf('hidden', {}, serverUrl('POSTGRES_URL'))).toBe(4);
});

test('the remedy works: the role may bypass it', async () => {
  await owner.query(`ALTER ROLE ${name} BYPASSRLS`);
  expect(await rowsOf('hidden')).toBe(4);
  await owner.query(`ALTER ROLE ${name} NOBYPASSRLS`);
});

test('a table without the right to read it is another error', async () => {
  await expect(rowsOf('forbidden')).rejects.toMatchObject({ code: 'POSTGRES_RIGHTS' });
});
