import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readUndeclared } from '../../../tests/support/read-undeclared.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import type { TableRequest } from '../src/sources/postgres-table/describe-table.js';

const name = `rls_${randomBytes(5).toString('hex')}`;
const viewer = `${name}_viewer`;
const owner = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
const readerUrl = new URL(serverUrl('POSTGRES_URL'));
readerUrl.username = name;
readerUrl.password = 'reader';

beforeAll(async () => {
  await owner.query(`
    CREATE ROLE ${name} LOGIN PASSWORD 'reader';
    CREATE ROLE ${viewer};
    CREATE SCHEMA ${name};
    GRANT USAGE ON SCHEMA ${name} TO ${name}, ${viewer};
    SET search_path = ${name};
    CREATE TABLE hidden (sale_id int, product_id int, quantity int, sale_amount numeric, sale_date date);
    INSERT INTO hidden SELECT g, g, 1, 1, '2026-01-01' FROM generate_series(1, 4) g;
    CREATE TABLE closed (LIKE hidden);
    CREATE TABLE open (LIKE hidden);
    INSERT INTO open SELECT * FROM hidden;
    CREATE TABLE forbidden (LIKE hidden);
    CREATE TABLE own (LIKE hidden);
    INSERT INTO own SELECT * FROM hidden;
    CREATE TABLE forced (LIKE hidden);
    INSERT INTO forced SELECT * FROM hidden;
    CREATE TABLE parts (LIKE hidden) PARTITION BY HASH (product_id);
    CREATE TABLE part PARTITION OF parts FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO parts SELECT * FROM hidden;
    CREATE TABLE whole (LIKE hidden) PARTITION BY HASH (product_id);
    CREATE TABLE guarded PARTITION OF whole FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO whole SELECT * FROM hidden`);
  for (const table of ['hidden', 'closed', 'own', 'forced', 'parts', 'guarded'])
    await owner.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  for (const table of ['hidden', 'own', 'forced', 'parts', 'guarded'])
    await owner.query(`CREATE POLICY half ON ${table} FOR SELECT USING (product_id <= 2)`);
  await owner.query(`
    GRANT SELECT ON hidden, closed, open, parts, whole TO ${name};
    GRANT SELECT ON hidden, open TO ${viewer};
    ALTER TABLE own OWNER TO ${name};
    ALTER TABLE forced OWNER TO ${name};
    ALTER TABLE forced FORCE ROW LEVEL SECURITY;
    CREATE VIEW through AS SELECT * FROM hidden;
    ALTER VIEW through OWNER TO ${name};
    CREATE VIEW "By owner" AS SELECT * FROM hidden;
    CREATE VIEW by_viewer AS SELECT * FROM hidden;
    ALTER VIEW by_viewer OWNER TO ${viewer};
    CREATE VIEW by_reader WITH (security_invoker = on) AS SELECT * FROM hidden;
    CREATE VIEW nested WITH (security_invoker) AS SELECT * FROM by_viewer UNION ALL SELECT * FROM open WHERE false;
    CREATE MATERIALIZED VIEW stored AS SELECT * FROM hidden;
    GRANT SELECT ON "By owner", by_viewer, by_reader, nested, stored TO ${name};
    RESET search_path`);
});
afterAll(async () => {
  await owner.query(`DROP SCHEMA ${name} CASCADE; DROP ROLE ${name}; DROP ROLE ${viewer}`);
  await owner.end();
});

const rowsOf = async (table: string, more: Partial<TableRequest> = {}, url = readerUrl.toString()): Promise<number> =>
  (await readUndeclared(url, `${name}.${table}`, more)).copiedRows;

const refusal = async (table: string): Promise<string> => {
  const error = (await rowsOf(table).catch((thrown: unknown) => thrown)) as { code: string; message: string };
  expect(error).toMatchObject({ code: 'ROW_SECURITY' });
  return error.message;
};

test.each([
  ['hidden', `rows of ${name}.hidden from role ${name} (policies: half)`],
  ['closed', `rows of ${name}.closed from role ${name} (there is no policy, so it shows none)`],
  ['forced', `rows of ${name}.forced from role ${name} (policies: half)`],
  ['parts', `rows of ${name}.parts from role ${name} (policies: half)`],
  ['through', `rows of ${name}.hidden from role ${name} (policies: half)`],
  ['by_reader', `rows of ${name}.hidden from role ${name} (policies: half)`],
  ['by_viewer', `rows of ${name}.hidden from role ${viewer} (policies: half)`],
  ['nested', `rows of ${name}.hidden from role ${viewer} (policies: half)`],
])('%s, of which row-level security hides rows, is refused, and its remedy works', async (table, text) => {
  const message = await refusal(table);
  expect(message).toContain(text);
  const [, statement = ''] = message.split('To show every row: ');
  await owner.query(statement);
  expect(await rowsOf(table)).toBe(table === 'closed' ? 0 : 4);
  await owner.query(statement.replace('BYPASSRLS', 'NOBYPASSRLS'));
  await refusal(table);
});

test('the other remedy works, where dropping the policies alone would not', async () => {
  await owner.query(`BEGIN; DROP POLICY half ON ${name}.parts; COMMIT`);
  expect(await refusal('parts')).toContain('there is no policy, so it shows none');
  await owner.query(`ALTER TABLE ${name}.parts DISABLE ROW LEVEL SECURITY`);
  expect(await rowsOf('parts')).toBe(4);
});

test('the setting allows it, and reads what the role sees', async () => {
  for (const table of ['hidden', 'forced', 'through', 'by_reader', 'by_viewer', 'nested'])
    expect(await rowsOf(table, { allowRowSecurity: true }), table).toBe(2);
  expect(await rowsOf('closed', { allowRowSecurity: true })).toBe(0);
});

test.each(['open', 'own', 'whole', '"By owner"', 'stored'])('%s, which the role sees whole, is read', async (table) => {
  expect(await rowsOf(table)).toBe(4);
});

test('a superuser sees everything', async () => {
  for (const table of ['hidden', 'forced']) expect(await rowsOf(table, {}, serverUrl('POSTGRES_URL')), table).toBe(4);
});

test('a policy that only the statement itself meets, behind a function, is refused as well', async () => {
  await owner.query(`
    CREATE FUNCTION ${name}.rows() RETURNS SETOF ${name}.hidden LANGUAGE plpgsql STABLE AS 'BEGIN RETURN QUERY SELECT * FROM ${name}.hidden; END';
    CREATE VIEW ${name}.computed AS SELECT * FROM ${name}.rows();
    GRANT SELECT ON ${name}.computed TO ${name}`);
  expect(await refusal('computed')).toContain('hidden');
});

test('a table without the right to read it is another error', async () => {
  await expect(rowsOf('forbidden')).rejects.toMatchObject({ code: 'POSTGRES_RIGHTS' });
});
