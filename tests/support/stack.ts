import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type RunParams } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { type ServiceName, ServiceProcesses } from './service-processes.js';
import { createTestDatabases } from './test-databases.js';

/** A running set of the four services with databases and folders of their own, on the servers that `npm test` brings up. */
export interface Stack {
  readonly url: string;
  readonly token: string;
  readonly dataDir: string;
  readonly redisUrl: string;
  readonly mysqlUrl: string;
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

/** Starts the four services and waits until each takes work. `env` is added to the environment of all. */
export async function startStack(env: NodeJS.ProcessEnv = {}): Promise<Stack> {
  const dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-test-'));
  for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder));
  const databases = await createTestDatabases();
  const { urls } = databases;
  const token = randomBytes(16).toString('hex');
  const processes = new ServiceProcesses({ ...serviceEnv(dataDir, token), ...urls, ...env }, dataDir);
  const services = await processes.startEach();
  const url = processes.urlOf(services.gateway);
  const postgres = new pg.Pool({ connectionString: urls.POSTGRES_URL, max: 2 });
  // Dropping the database may cut a connection that is just being closed.
  postgres.on('error', () => undefined);
  const target = mysql.createPool({ uri: urls.MYSQL_URL, supportBigNumbers: true, bigNumberStrings: true, connectionLimit: 2 });
  return {
    url,
    token,
    dataDir,
    redisUrl: urls.REDIS_URL,
    mysqlUrl: urls.MYSQL_URL,
    postgres,
    mysql: target,
    services,
    ...client(url, token),
    start: (service, more) => processes.start(service, more),
    async stop() {
      await processes.stopAll();
      await postgres.end();
      await target.end();
      await databases.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function serviceEnv(dataDir: string, token: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    API_TOKEN: token,
    ADMIN_PASSWORD: token,
    SCHEDULE_CRON: 'off',
    NODE_V8_COVERAGE: process.env.NODE_V8_COVERAGE,
  };
}

/** What a program does with the gateway at `url`. */
function client(url: string, token: string): Pick<Stack, 'request' | 'ended' | 'run'> {
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
  const run: Stack['run'] = async (params = {}) => {
    const response = await request('/api/runs', { method: 'POST', body: JSON.stringify(params) });
    const body = (await response.json()) as { id: string };
    if (response.status !== 202) throw new Error(`POST /api/runs answered ${response.status}: ${JSON.stringify(body)}`);
    return ended(body.id);
  };
  return { request, ended, run };
}
