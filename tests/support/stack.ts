import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type RunParams } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { createSchema } from '@retail-etl/setup';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { leaseRedisDatabase } from './redis-database.js';

/** A running set of the four services with databases and folders of their own, on the servers that `npm test` brings up. */
export interface Stack {
  readonly url: string;
  readonly token: string;
  readonly dataDir: string;
  readonly redisUrl: string;
  readonly postgres: pg.Pool;
  readonly mysql: mysql.Pool;
  readonly services: Readonly<Record<ServiceName, ChildProcess>>;
  /** An authorized request to the gateway. */
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Triggers a run over HTTP and waits until it has ended. */
  run(params?: RunParams): Promise<RunReport>;
  /** Waits until the run has ended. */
  ended(runId: string): Promise<RunReport>;
  /** Starts one more process of a service, or starts one again. */
  start(service: ServiceName, env?: NodeJS.ProcessEnv): Promise<ChildProcess>;
  stop(): Promise<void>;
}

export const SERVICE_NAMES = ['extractor', 'transformer', 'loader', 'gateway'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const ROOT = join(import.meta.dirname, '..', '..');

/** A server of the test run, as `npm test` names it in the environment. */
export function serverUrl(name: 'REDIS_URL' | 'POSTGRES_URL' | 'MYSQL_URL'): string {
  const url = process.env[name];
  if (url === undefined || url === '') throw new Error(`${name} is not set: run the tests with npm test`);
  return url;
}

/** Starts the four services and waits until each takes work. `env` is added to the environment of all. */
export async function startStack(env: NodeJS.ProcessEnv = {}): Promise<Stack> {
  const name = `t_${randomBytes(5).toString('hex')}`;
  const dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-test-'));
  for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder));
  const admin = {
    postgres: new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 }),
    mysql: mysql.createPool(serverUrl('MYSQL_URL')),
  };
  await admin.postgres.query(`CREATE DATABASE ${name}`);
  await admin.mysql.query(`CREATE DATABASE ${name}`);
  const redis = await leaseRedisDatabase(serverUrl('REDIS_URL'));
  const urls = {
    POSTGRES_URL: withDatabase(serverUrl('POSTGRES_URL'), name),
    MYSQL_URL: withDatabase(serverUrl('MYSQL_URL'), name),
    REDIS_URL: redis.url,
  };
  await createSchema(urls.MYSQL_URL);
  const token = randomBytes(16).toString('hex');
  const common = {
    PATH: process.env.PATH,
    ...urls,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    API_TOKEN: token,
    ADMIN_PASSWORD: token,
    SCHEDULE_CRON: 'off',
    NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE,
    ...env,
  };
  const started: ChildProcess[] = [];
  const start = async (service: ServiceName, more: NodeJS.ProcessEnv = {}): Promise<ChildProcess> => {
    const port = await freePort();
    const log = createWriteStream(join(dataDir, `${service}.log`), { flags: 'a' });
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=2', '--v8-pool-size=1', '--heap-growing-percent=100', join(ROOT, 'services', service, 'dist', 'main.js')],
      {
        env: { ...common, PORT: String(port), ...more },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    started.push(child);
    await ready(child, service, Number(more.PORT ?? port));
    ports.set(child, Number(more.PORT ?? port));
    return child;
  };
  const ports = new Map<ChildProcess, number>();
  const children = await Promise.all(SERVICE_NAMES.map((service) => start(service)));
  const services = Object.fromEntries(SERVICE_NAMES.map((service, index) => [service, children[index]])) as Record<
    ServiceName,
    ChildProcess
  >;
  const url = `http://127.0.0.1:${ports.get(services.gateway)}`;
  const postgres = new pg.Pool({ connectionString: urls.POSTGRES_URL, max: 2 });
  // Dropping the database may cut a connection that is just being closed.
  postgres.on('error', () => undefined);
  const target = mysql.createPool({ uri: urls.MYSQL_URL, supportBigNumbers: true, bigNumberStrings: true, connectionLimit: 2 });

  const request: Stack['request'] = (path, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${token}`);
    if (init?.body !== undefined) headers.set('content-type', 'application/json');
    return fetch(`${url}${path}`, { ...init, headers });
  };
  const ended: Stack['ended'] = async (runId) => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const report = (await (await request(`/api/runs/${runId}`)).json()) as RunReport;
      if (isTerminal(report.state)) return report;
      if (Date.now() > deadline) throw new Error(`run ${runId} is still ${report.state} after a minute`);
      await sleep(20);
    }
  };
  return {
    url,
    token,
    dataDir,
    redisUrl: urls.REDIS_URL,
    postgres,
    mysql: target,
    services,
    request,
    ended,
    async run(params = {}) {
      const response = await request('/api/runs', { method: 'POST', body: JSON.stringify(params) });
      const body = (await response.json()) as { id: string };
      if (response.status !== 202) throw new Error(`POST /api/runs answered ${response.status}: ${JSON.stringify(body)}`);
      return ended(body.id);
    },
    start,
    async stop() {
      await Promise.all(started.map(stopProcess));
      await postgres.end();
      await target.end();
      await admin.postgres.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.mysql.query(`DROP DATABASE IF EXISTS ${name}`);
      await admin.postgres.end();
      await admin.mysql.end();
      await redis.release();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Ends a process in good order, or after fifteen seconds at once. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}

async function ready(child: ChildProcess, service: string, port: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${service} ended with code ${child.exitCode} before it was ready`);
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    if (Date.now() > deadline) throw new Error(`${service} was not ready within 30 s`);
    await sleep(25);
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
