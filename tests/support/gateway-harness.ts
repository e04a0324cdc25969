import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '@retail-etl/config';
import { type Gateway, startGateway } from '@retail-etl/gateway';
import { createSchema } from '@retail-etl/setup';
import { createLogger } from '@retail-etl/runtime';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import { leaseRedisDatabase } from './redis-database.js';

export const OPERATOR = { username: 'ada', password: 'correct horse battery' };
export const VIEWER = { username: 'vera', password: 'staple of the reader' };
export const TOKEN = 'a-token-for-programs-0123456789';

export interface GatewayWorld {
  readonly redisUrl: string;
  readonly mysqlUrl: string;
  readonly dataDir: string;
  readonly redis: Redis;
  readonly mysql: mysql.Pool;
  /** Starts a gateway inside this process, on a free port. */
  start(config?: Partial<GatewayConfig>): Promise<RunningGateway>;
  stop(): Promise<void>;
}

export interface RunningGateway extends Gateway {
  /** A request with the token of programs. A body is sent as JSON. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** A request as a browser with this cookie would send it from the gateway's own pages. */
  browse(method: string, path: string, options?: { cookie?: string; body?: string; headers?: Record<string, string> }): Promise<Response>;
  /** Signs in and returns the cookie. */
  login(user: { username: string; password: string }): Promise<string>;
  close(): Promise<void>;
}

function serverUrl(name: 'REDIS_URL' | 'MYSQL_URL'): string {
  const url = process.env[name];
  if (url === undefined || url === '') throw new Error(`${name} is not set: run the tests with npm test`);
  return url;
}

/** A database, a Redis database and a folder for one test file alone. */
export async function createWorld(): Promise<GatewayWorld> {
  const name = `gw_${randomBytes(5).toString('hex')}`;
  const admin = mysql.createPool({ uri: serverUrl('MYSQL_URL'), connectionLimit: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  const mysqlUrl = new URL(serverUrl('MYSQL_URL'));
  mysqlUrl.pathname = `/${name}`;
  await createSchema(mysqlUrl.toString());
  const database = await leaseRedisDatabase(serverUrl('REDIS_URL'));
  const redis = new Redis(database.url);
  const pool = mysql.createPool({ uri: mysqlUrl.toString(), connectionLimit: 2, timezone: 'Z' });
  const dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-gateway-'));
  for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder));
  const running: RunningGateway[] = [];

  return {
    redisUrl: database.url,
    mysqlUrl: mysqlUrl.toString(),
    dataDir,
    redis,
    mysql: pool,
    async start(config = {}) {
      const gateway = await startInProcess({ ...defaults(database.url, mysqlUrl.toString(), dataDir), ...config });
      running.push(gateway);
      return gateway;
    },
    async stop() {
      await Promise.all(running.map((gateway) => gateway.close()));
      redis.disconnect();
      await database.release();
      await pool.end();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function defaults(redisUrl: string, mysqlUrl: string, dataDir: string): GatewayConfig {
  return {
    redisUrl,
    mysqlUrl,
    dataDir,
    host: '127.0.0.1',
    port: 0,
    logLevel: (process.env['TEST_LOG_LEVEL'] as 'silent' | undefined) ?? 'silent',
    adminUsername: OPERATOR.username,
    adminPassword: OPERATOR.password,
    viewerUsername: VIEWER.username,
    viewerPassword: VIEWER.password,
    apiToken: TOKEN,
    trustProxy: ['loopback'],
    basePath: '/',
    scheduleCron: undefined,
    scheduleTz: 'UTC',
    warnRejectRatio: undefined,
    runRetentionDays: 30,
    alertWebhookUrl: undefined,
    alertAllowPrivate: false,
    smtpUrl: undefined,
    alertEmailFrom: undefined,
    alertEmailTo: undefined,
    sourcesFile: undefined,
  };
}

async function startInProcess(config: GatewayConfig): Promise<RunningGateway> {
  const stopping = new AbortController();
  const stops: (() => Promise<unknown>)[] = [];
  const gateway = await startGateway(config, {
    log: createLogger('gateway', config.logLevel),
    stopping: stopping.signal,
    onStop: (stop) => stops.push(stop),
    async fail(error) {
      if (!stopping.signal.aborted) throw error;
    },
  });
  const { address } = gateway;
  const browse: RunningGateway['browse'] = (method, path, options = {}) =>
    fetch(`${address}${path}`, {
      method,
      redirect: 'manual',
      headers: { origin: address, ...(options.cookie === undefined ? {} : { cookie: options.cookie }), ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
    });
  let closed = false;
  const running: RunningGateway = {
    ...gateway,
    api: (method, path, body, headers = {}) =>
      fetch(`${address}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    browse,
    async login(user) {
      const response = await browse('POST', '/login', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(user).toString(),
      });
      if (response.status !== 303) throw new Error(`the log-in answered ${response.status}`);
      return (response.headers.get('set-cookie') ?? '').split(';')[0] as string;
    },
    async close() {
      if (closed) return;
      closed = true;
      stopping.abort(new Error('the test is over'));
      for (const stop of stops.reverse()) await stop().catch(() => undefined);
    },
  };
  await eventually(async () => {
    const ready = await fetch(`${address}/readyz`);
    if (!ready.ok) throw new Error(`not ready: ${await ready.text()}`);
  });
  return running;
}

/** Tries until `attempt` no longer throws, and returns what it returned; gives up with its last error. */
export async function eventually<T>(attempt: () => Promise<T>, withinMs = 20_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
