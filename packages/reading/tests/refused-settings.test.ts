import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readUndeclared } from '../../../tests/support/read-undeclared.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { connectPostgres } from '../src/sources/postgres-table/postgres.js';
import { snapshotError } from '../src/sources/postgres-table/postgres-error.js';

const role = `settings_${randomBytes(5).toString('hex')}`;
const owner = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
beforeAll(async () => {
  await owner.query(`CREATE DATABASE ${role}`);
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p'`);
});
afterAll(async () => {
  await owner.query(`DROP DATABASE ${role} WITH (FORCE)`);
  await owner.query(`DROP ROLE ${role}`);
  await owner.end();
});

/** As the role that reads, in the database of this test. */
function urlOf(query = ''): string {
  const url = new URL(serverUrl('POSTGRES_URL'));
  [url.username, url.password, url.pathname, url.search] = [role, 'p', `/${role}`, query];
  return url.toString();
}

test.each([
  ['DateStyle=nonsense', 'POSTGRES_SETTINGS', /"DateStyle".*"nonsense"/],
  ['statement_timeout=soon', 'POSTGRES_SETTINGS', /statement_timeout/],
  ['client_encoding=nonsense', 'POSTGRES_SETTINGS', /client_encoding/],
  ['no_such_setting=1', 'POSTGRES_SETTINGS', /no_such_setting/],
  ['shared_buffers=1GB', 'POSTGRES_SETTINGS', /shared_buffers/],
  ['log_statement=all', 'POSTGRES_SETTINGS', /log_statement/],
])('options=-c %s is refused at once: %s', async (setting, code, message) => {
  const connecting = connectPostgres(urlOf(`options=-c%20${encodeURIComponent(setting)}`));
  await expect(connecting).rejects.toMatchObject({
    code,
    transient: false,
    message: expect.stringMatching(message) as string,
  });
  await expect(connecting).rejects.toMatchObject({ message: expect.stringContaining('[POSTGRES_URL]') as string });
});

test('options that are none are refused at once', async () => {
  await expect(connectPostgres(urlOf('options=--nonsense'))).rejects.toMatchObject({ code: 'POSTGRES_SETTINGS' });
});

test('a database that the role may not connect to lacks a right, not a setting', async () => {
  await owner.query(`REVOKE CONNECT ON DATABASE ${role} FROM PUBLIC`);
  try {
    await expect(connectPostgres(urlOf())).rejects.toMatchObject({
      code: 'POSTGRES_RIGHTS',
      remedy: expect.stringContaining('CONNECT on the database') as string,
    });
  } finally {
    await owner.query(`GRANT CONNECT ON DATABASE ${role} TO PUBLIC`);
  }
});

test('a view whose expression takes no such value is refused at once', async () => {
  const url = new URL(serverUrl('POSTGRES_URL'));
  url.pathname = `/${role}`;
  const there = new pg.Client({ connectionString: url.toString() });
  await there.connect();
  await there.query(`CREATE VIEW odd AS SELECT 1 AS sale_id, 1 AS product_id, 1 AS quantity, 1.5 AS sale_amount,
    (timestamptz '2026-01-01' AT TIME ZONE ('No' || 'where'))::date AS sale_date`);
  await there.query(`GRANT SELECT ON odd TO ${role}`);
  await there.end();
  await expect(readUndeclared(urlOf(), 'odd')).rejects.toMatchObject({
    code: 'POSTGRES_REFUSED',
    message: expect.stringMatching(/Nowhere.*22023/) as string,
  });
});

test.each([
  ['never was', () => '00000003-0000FFFF-1'],
  ['is no name of a snapshot', () => 'nonsense'],
  ['is gone with its transaction', async (other: pg.Client) => exportedAndEnded(other)],
])('a snapshot that %s is asked for again', async (_what, snapshot) => {
  const [reader, other] = [await connectPostgres(urlOf()), await connectPostgres(urlOf())];
  try {
    const id = await snapshot(other.client);
    await reader.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const refused = await reader.client.query(`SET TRANSACTION SNAPSHOT '${id}'`).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(snapshotError(refused, 'sharing the snapshot')).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', transient: true });
  } finally {
    reader.destroy();
    other.destroy();
  }
});

async function exportedAndEnded(client: pg.Client): Promise<string> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  const { rows } = await client.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  await client.query('COMMIT');
  return rows[0]!.id;
}

test('a setting that is right reaches the session', async () => {
  const connection = await connectPostgres(urlOf('options=-c%20search_path%3Dshop'));
  expect((await connection.client.query('SHOW search_path')).rows).toEqual([{ search_path: 'shop' }]);
  connection.destroy();
});
