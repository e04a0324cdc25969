import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, TOKEN } from '../../../tests/support/gateway-harness.js';
import { startSwitch, type Switch } from './support/switch.js';

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js');

let world: GatewayWorld;
let redis: Switch;
let mysql: Switch;
let child: ChildProcess | undefined;
let output = '';

beforeEach(async () => {
  world = await createWorld();
  redis = await startSwitch(world.redisUrl, 6379);
  mysql = await startSwitch(world.mysqlUrl, 3306);
  output = '';
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  child = undefined;
  await Promise.all([redis.close(), mysql.close()]);
  await world.stop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts the gateway as a process of its own and returns its address. */
async function startProcess(env: Record<string, string | undefined> = {}): Promise<string> {
  const port = await freePort();
  child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: redis.url,
      MYSQL_URL: mysql.url,
      DATA_DIR: world.dataDir,
      PORT: String(port),
      ADMIN_PASSWORD: 'not seen in any log',
      API_TOKEN: TOKEN,
      SCHEDULE_CRON: 'off',
      NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return `http://127.0.0.1:${port}`;
}

const post = (url: string): Promise<Response> =>
  fetch(`${url}/api/runs`, { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } });
const readiness = async (url: string): Promise<unknown> => (await fetch(`${url}/readyz`)).json();

test('the gateway boots without its servers, says what it waits for, and works when they come', async () => {
  const url = await startProcess();
  await eventually(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200));
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect(await readiness(url)).toEqual({ status: 'waiting', waitingFor: ['MySQL', 'Redis'] });
  const refused = await post(url);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('content-type')).toContain('application/problem+json');
  expect(await refused.json()).toMatchObject({ status: 503, code: 'REDIS_UNAVAILABLE' });
  expect((await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).status).toBe(200);

  await redis.open();
  await eventually(async () => expect(await readiness(url)).toEqual({ status: 'waiting', waitingFor: ['MySQL'] }));
  expect(await (await post(url)).json()).toMatchObject({ status: 503, code: 'MYSQL_UNAVAILABLE' });
  await mysql.open();
  await eventually(async () => expect(await readiness(url)).toEqual({ status: 'ready', waitingFor: [] }));
  expect((await post(url)).status).toBe(202);
  const [rows] = await world.mysql.query('SELECT COUNT(*) AS count FROM etl_runs');
  expect(rows).toEqual([{ count: 1 }]);
});

test('an outage while it works is answered at once, and passes', async () => {
  await Promise.all([redis.open(), mysql.open()]);
  const url = await startProcess();
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
  for (const [server, name, code] of [
    [redis, 'Redis', 'REDIS_UNAVAILABLE'],
    [mysql, 'MySQL', 'MYSQL_UNAVAILABLE'],
  ] as const) {
    await server.close();
    await eventually(async () => expect(await readiness(url)).toEqual({ status: 'waiting', waitingFor: [name] }));
    expect(await (await post(url)).json()).toMatchObject({ status: 503, code });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await server.open();
    await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
    expect((await post(url)).status).toBe(202);
  }
  // What was asked for after the outages is started: the worker takes jobs again.
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT COUNT(*) AS count FROM etl_runs WHERE state = 'extracting'");
    expect(rows).toEqual([{ count: 1 }]);
    const waiting = await world.redis.llen('{retail-etl}:runs:wait');
    expect(waiting).toBe(0);
  });
});

test('what is published is a figure only while it is known', async () => {
  await Promise.all([redis.open(), mysql.open()]);
  const url = await startProcess();
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
  const published = async (): Promise<{ text: string; figures: string[] }> => {
    const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
    return { text, figures: text.split('\n').filter((line) => line.startsWith('retail_etl_published_')) };
  };
  const never = await published();
  expect(never.text).toContain('retail_etl_runs{state="published",service="gateway"} 0');
  expect(never.figures).toEqual([]);

  await world.mysql.query('UPDATE etl_published SET seq = 7, published_at = UTC_TIMESTAMP(3) - INTERVAL 100 SECOND');
  await eventually(async () => {
    const { figures } = await published();
    expect(figures).toHaveLength(2);
    expect(Number(figures.find((line) => line.includes('_age_seconds'))?.split(' ')[1])).toBeGreaterThan(99);
    expect(figures).toContain('retail_etl_published_seq{service="gateway"} 7');
  });
  await mysql.close();
  await eventually(async () => expect((await published()).figures).toEqual([]));
});

test('it stops in good order, and no secret is in its log', async () => {
  await Promise.all([redis.open(), mysql.open()]);
  const url = await startProcess();
  await eventually(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
  const events = await post(url).then(async (response) => {
    const { id } = (await response.json()) as { id: string };
    return fetch(`${url}/api/runs/${id}/events`, { headers: { authorization: `Bearer ${TOKEN}` } });
  });
  expect(events.status).toBe(200);
  child?.kill('SIGTERM');
  const [code] = (await once(child as ChildProcess, 'exit')) as [number];
  expect(code).toBe(0);
  await events.text().catch(() => undefined);
  expect(output).toContain('"stopped"');
  for (const secret of ['not seen in any log', TOKEN, new URL(world.mysqlUrl).password].filter((text) => text.length > 8))
    expect(output).not.toContain(secret);
});

test('without a password it refuses to start and says why', async () => {
  await startProcess({ ADMIN_PASSWORD: undefined });
  const [code] = (await once(child as ChildProcess, 'exit')) as [number];
  expect(code).toBe(78);
  expect(output).toContain('CONFIG_INVALID');
  expect(output).toContain('ADMIN_PASSWORD');
});
