import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createSchema } from '@retail-etl/setup';
import { readMigrations } from '@retail-etl/ledger';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, TOKEN } from '../support/gateway-harness.js';
import { freePort, SERVICE_NAMES, type ServiceName, stopProcess } from '../support/service-processes.js';
import { serverUrl } from '../support/test-databases.js';

const VERSION = readMigrations().length;
const ROOT = join(import.meta.dirname, '..', '..');

let world: GatewayWorld;
let sql: mysql.Connection;
let children: ChildProcess[];
let output: string;

beforeEach(async () => {
  world = await createWorld();
  sql = await mysql.createConnection(world.mysqlUrl);
  children = [];
  output = '';
});
afterEach(async () => {
  await Promise.all(children.map(stopProcess));
  await sql.end();
  await world.stop();
});

interface Service {
  readonly child: ChildProcess;
  readonly url: string;
  /** What `/readyz` answers: `ready`, or what the service waits for. */
  readonly ready: () => Promise<string>;
}

/** Starts a service as a process of its own, without waiting for it. */
async function start(name: ServiceName): Promise<Service> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(ROOT, 'services', name, 'dist', 'main.js')], {
    env: {
      PATH: process.env['PATH'],
      POSTGRES_URL: serverUrl('POSTGRES_URL'),
      REDIS_URL: world.redisUrl,
      MYSQL_URL: world.mysqlUrl,
      DATA_DIR: world.dataDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PASSWORD: TOKEN,
      API_TOKEN: TOKEN,
      SCHEDULE_CRON: 'off',
      NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const url = `http://127.0.0.1:${port}`;
  return { child, url, ready: async () => (await fetch(`${url}/readyz`)).text() };
}

const lines = (): Record<string, unknown>[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const post = (url: string): Promise<Response> =>
  fetch(`${url}/api/runs`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });

test.each(SERVICE_NAMES)('the %s waits for a ledger that is older, says that set-up has to run, and works once it has', async (name) => {
  await sql.query(`DELETE FROM etl_migrations WHERE number = ${VERSION}`);
  const service = await start(name);
  await eventually(async () => {
    expect(lines()).toContainEqual(
      expect.objectContaining({
        code: 'LEDGER_OLDER',
        msg: 'waiting for the ledger',
        reason: expect.stringMatching(new RegExp(`at version ${VERSION - 1};.*run set-up`)),
      }),
    );
    expect(await service.ready()).toContain('the ledger');
  });
  await createSchema(world.mysqlUrl);
  await eventually(async () => expect(await service.ready()).toMatch(/\bready\b/));
  expect(lines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
});

test.each(SERVICE_NAMES)('the %s refuses a ledger that is newer: it ends, with one line that says what to do', async (name) => {
  await sql.query(
    `INSERT INTO etl_migrations VALUES (${VERSION + 1}, 'later', REPEAT('0', 64), '9.1.0', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
  );
  const { child } = await start(name);
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(78);
  expect(lines().filter((line) => line['code'] === 'LEDGER_NEWER')).toEqual([
    expect.objectContaining({
      level: 'fatal',
      msg: expect.stringContaining('applied by 9.1.0'),
      remedy: expect.stringContaining('Start the version'),
    }),
  ]);
});

test('a gateway on an older ledger records and starts nothing', async () => {
  await sql.query(`UPDATE etl_migrations SET finished_at = NULL WHERE number = ${VERSION}`);
  await sql.query(
    `INSERT INTO etl_runs (run_id, state, trigger_kind, triggered_by, params, report, created_at)
     SELECT 'waits', 'queued', 'api', 'api', '{}', '{"sources":[],"totals":null,"changes":null,"differences":[],"stages":[],"alerts":[],"error":null}', UTC_TIMESTAMP(3)`,
  );
  const { url, ready } = await start('gateway');
  await eventually(async () => expect(JSON.parse(await ready())).toEqual({ status: 'waiting', waitingFor: ['the ledger'] }));
  const refused = await post(url);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await refused.json()).toMatchObject({ code: 'LEDGER_OLDER', remedy: expect.stringContaining('npm run setup') });
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const states = async (): Promise<unknown> => (await sql.query('SELECT run_id, state FROM etl_runs ORDER BY seq'))[0];
  expect(await states()).toEqual([{ run_id: 'waits', state: 'queued' }]);

  await createSchema(world.mysqlUrl);
  // The sweep gives the slot to the run that waited.
  await eventually(async () => expect(await states()).toEqual([{ run_id: 'waits', state: 'extracting' }]));
  expect((await post(url)).status).toBe(202);
});

test('services that start while set-up runs wait for its end', async () => {
  const [tables] = await sql.query(
    "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'etl\\_%'",
  );
  for (const { name } of tables as { name: string }[]) await sql.query(`DROP TABLE ${name}`);
  const services = await Promise.all([start('gateway'), start('gateway'), start('loader')]);
  await createSchema(world.mysqlUrl);
  for (const service of services) await eventually(async () => expect(await service.ready()).toMatch(/\bready\b/));
});
