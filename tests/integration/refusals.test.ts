import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, select } from '@retail-etl/mysql';
import { openRedis, redisError } from '@retail-etl/queue';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectPostgres } from '../../packages/reading/src/sources/postgres-table/postgres.js';
import { hasPgBouncer, makeCertificate, type PgBouncer, startPgBouncer, untilOpen } from '../support/pg-bouncer.js';
import { readUndeclared } from '../support/read-undeclared.js';
import { freePort } from '../support/service-processes.js';
import { serverUrl } from '../support/test-databases.js';

const tried = async (url: string): Promise<string> => {
  try {
    (await connectPostgres(url)).destroy();
    return 'connected';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe.skipIf(!hasPgBouncer)('behind PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer;
  beforeAll(async () => {
    bouncer = await startPgBouncer(serverUrl('POSTGRES_URL'));
  });
  afterAll(() => bouncer.stop());
  const url = (query = '', host = '127.0.0.1', database = 'shop'): string => `postgres://any@${host}:${bouncer.port}/${database}?${query}`;

  test('a large table is read over connections that share a snapshot', async () => {
    const owner = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
    await owner.query(`CREATE TABLE behind_pooler AS SELECT g AS sale_id, g AS product_id, 1 AS quantity, 1.5 AS sale_amount,
      date '2026-01-01' AS sale_date FROM generate_series(1, 600000) g; ANALYZE behind_pooler`);
    try {
      const read = await readUndeclared(url(), 'behind_pooler');
      expect([read.copiedRows, read.rows]).toEqual([600_000, 600_000]);
      // Nothing is left in the sessions that others get next.
      const other = new pg.Pool({ connectionString: url(), max: 1 });
      const { rows } = await other.query('SHOW statement_timeout');
      await other.end();
      expect(rows).toEqual([{ statement_timeout: '0' }]);
    } finally {
      await owner.query('DROP TABLE behind_pooler');
      await owner.end();
    }
  });

  test.each([
    ['', '127.0.0.1', 'connected'],
    ['options=-c%20search_path%3Dx', '127.0.0.1', 'POSTGRES_POOLER'],
    ['sslmode=no-verify', '127.0.0.1', 'connected'],
    ['sslmode=require', '127.0.0.1', 'CERTIFICATE_REFUSED'],
    ['sslmode=verify-full&sslrootcert=CA', '127.0.0.1', 'CERTIFICATE_REFUSED'],
    ['sslmode=verify-full&sslrootcert=CA', 'localhost', 'connected'],
    ['uselibpqcompat=true&sslmode=verify-ca&sslrootcert=CA', '127.0.0.1', 'connected'],
  ])('"%s" at %s: %s', async (query, host, expected) => {
    expect(await tried(url(query.replace('CA', bouncer.cert), host))).toBe(expected);
  });

  test('a database that the pooler does not have', async () => {
    expect(await tried(url('', '127.0.0.1', 'nowhere'))).toBe('POSTGRES_ACCESS');
  });
});

test('PostgreSQL: a server without TLS, a wrong password, an absent database and an absent server', async () => {
  const { port, username, password } = new URL(serverUrl('POSTGRES_URL'));
  const at = (login: string, rest: string): string => `postgres://${login}@127.0.0.1:${rest}`;
  const login = `${username}:${password}`;
  expect(await tried(at(login, `${port}/postgres?sslmode=require`))).toBe('TLS_MISMATCH');
  expect(await tried(at(`${username}:wrong`, `${port}/postgres`))).toBe('POSTGRES_ACCESS');
  expect(await tried(at(username, `${port}/postgres`))).toBe('POSTGRES_ACCESS');
  expect(await tried(at(login, `${port}/nowhere`))).toBe('POSTGRES_ACCESS');
  expect(await tried(at(login, `${await freePort()}/postgres`))).toBe('POSTGRES_UNAVAILABLE');
});

test('MySQL: a server without TLS is told, also where it cannot be verified', async () => {
  for (const query of ['ssl-mode=REQUIRED', 'ssl=true', 'tls=1', 'sslmode=verify_ca']) {
    const database = openDatabase(`${serverUrl('MYSQL_URL')}?${query}`);
    await expect(select(database, 'connecting', 'SELECT 1')).rejects.toMatchObject({ code: 'TLS_MISMATCH' });
    await database.end();
  }
});

test('MariaDB: an account whose log-in the driver does not know', async (context) => {
  const owner = openDatabase(serverUrl('MYSQL_URL'));
  const name = 'of_ed25519';
  try {
    const [server] = await select<{ version: string }>(owner, 'looking', 'SELECT VERSION() AS version');
    context.skip(!server!.version.includes('MariaDB'), 'MySQL has no ed25519');
    await owner.query("INSTALL SONAME 'auth_ed25519'").catch(() => undefined);
    await owner.query(`CREATE USER ${name}@'%' IDENTIFIED VIA ed25519 USING PASSWORD('secret')`);
    const url = new URL(serverUrl('MYSQL_URL'));
    [url.username, url.password] = [name, 'secret'];
    const database = openDatabase(url.toString());
    await expect(select(database, 'connecting', 'SELECT 1')).rejects.toMatchObject({ code: 'MYSQL_ACCESS' });
    await database.end();
  } finally {
    await owner.query(`DROP USER IF EXISTS ${name}@'%'`);
    await owner.end();
  }
});

describe('Redis with TLS', () => {
  let server: ChildProcess;
  let folder: string;
  let cert: string;
  let port: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redis-tls-'));
    const files = makeCertificate(folder);
    cert = files.cert;
    port = await freePort();
    const options = ['--port', '0', '--tls-port', String(port), '--tls-cert-file', cert, '--tls-key-file', files.key];
    server = spawn('redis-server', [...options, '--tls-ca-cert-file', cert, '--tls-auth-clients', 'no', '--save', ''], { stdio: 'ignore' });
    await untilOpen(port);
  });
  afterAll(async () => {
    server.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  test.each([
    ['rediss', 'localhost', '', 'CERTIFICATE_REFUSED'],
    ['rediss', 'localhost', 'ssl_ca_certs=CA', 'PONG'],
    ['rediss', '127.0.0.1', 'sslmode=verify-full&ssl_ca_certs=CA', 'CERTIFICATE_REFUSED'],
    ['rediss', '127.0.0.1', 'sslmode=verify-ca&ssl_ca_certs=CA', 'PONG'],
    ['rediss', '127.0.0.1', 'ssl_cert_reqs=none', 'PONG'],
    ['redis', 'localhost', 'tls=true&ssl-ca=CA', 'PONG'],
  ])('%s://%s?%s: %s', async (protocol, host, query, expected) => {
    let redis: ReturnType<typeof openRedis> | undefined;
    const outcome = await new Promise<string>((resolve) => {
      redis = openRedis(`${protocol}://${host}:${port}?${query.replace('CA', cert)}`, (error) => resolve(redisError(error, 'x').code));
      redis.on('ready', () => void redis?.ping().then(resolve));
    });
    redis?.disconnect();
    expect(outcome).toBe(expected);
  });
});
