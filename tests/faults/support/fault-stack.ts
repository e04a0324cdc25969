import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type RunParams } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { Children } from '@retail-etl/local-stack';
import { createSchema } from '@retail-etl/setup';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { SERVICE_NAMES, type ServiceName, serverUrl } from '../../support/stack.js';
import { type OwnServer, type OwnServerName, startOwnServer } from './own-servers.js';
import { createSource, type SalesSource } from './sales-source.js';
import { type ServiceProcess, superviseService, tail } from './service-process.js';
import { readTable, type TableReader } from './table-reader.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';

const SERVERS = ['redis', 'postgres', 'mysql'] as const;

export interface FaultStackOptions {
  /** The design's waits are made so much shorter. Default 0.2: locks last 1.2 s, the sweep comes every 0.2 s. */
  readonly timeScale?: number;
  /** Servers that this test stops and starts; Redis always is the test's own. */
  readonly own?: readonly OwnServerName[];
  /** Rows of each source. Default 2,000. */
  readonly rows?: number;
  /** Added to every service's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default: a folder below the system's temporary one. */
  readonly dataDir?: string;
}

/** Four supervised services, each with a proxy of its own to each server, and readers of the target all along. */
export interface FaultStack {
  readonly dir: string;
  readonly dataDir: string;
  readonly timeScale: number;
  readonly services: Record<ServiceName, ServiceProcess>;
  readonly proxies: Record<OwnServerName, Record<ServiceName, TcpProxy>>;
  /** Does something to all services' proxies of one server. */
  network(server: OwnServerName, act: (proxy: TcpProxy) => void): void;
  readonly servers: Partial<Record<OwnServerName, OwnServer>>;
  readonly redis: OwnServer;
  /** Past the proxies. */
  redisClient(): Redis;
  readonly postgres: pg.Pool;
  readonly mysql: mysql.Pool;
  /** Opens the test's own connections anew, after a server has got another port. */
  reconnect(): void;
  /** The name of the target's database. */
  readonly database: string;
  readonly source: SalesSource;
  readonly reader: TableReader;
  request(path: string, init?: RequestInit, gateway?: ServiceProcess): Promise<Response>;
  /** Triggers a run, again and again under one key until the gateway has taken it. Resolves to its id. */
  trigger(params?: RunParams): Promise<string>;
  report(runId: string): Promise<RunReport | undefined>;
  /** Waits until the run is in a state that `accept` takes; by default a terminal one. */
  waitFor(runId: string, accept?: (report: RunReport) => boolean, timeoutMs?: number): Promise<RunReport>;
  /** One more process of a service, behind the same proxies. */
  addService(name: ServiceName): Promise<ServiceProcess>;
  /** The ends of all logs, for the message of a failed test. */
  logs(): string;
  stop(): Promise<void>;
}

export async function startFaultStack(options: FaultStackOptions = {}): Promise<FaultStack> {
  const timeScale = options.timeScale ?? 0.2;
  const name = `f_${randomBytes(5).toString('hex')}`;
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-faults-'));
  await chmod(dir, 0o755);
  const dataDir = options.dataDir ?? join(dir, 'data');
  for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder), { recursive: true });
  const children = new Children();
  const proxies = Object.fromEntries(SERVERS.map((server) => [server, {}])) as Record<OwnServerName, Record<ServiceName, TcpProxy>>;
  const network: FaultStack['network'] = (server, act) => {
    for (const proxy of Object.values(proxies[server])) act(proxy);
  };
  const cleanups: Cleanup[] = [];
  try {
    const servers: Partial<Record<OwnServerName, OwnServer>> = {};
    for (const server of new Set<OwnServerName>(['redis', ...(options.own ?? [])])) {
      servers[server] = await startOwnServer(server, join(dir, 'servers'), children, (port) =>
        network(server, (proxy) => proxy.target(port)),
      );
    }
    const redis = servers.redis!;
    const given = {
      redis: () => redis.url,
      postgres: () => servers.postgres?.url ?? withPath(serverUrl('POSTGRES_URL'), name),
      mysql: () => servers.mysql?.url ?? withPath(serverUrl('MYSQL_URL'), name),
    };
    if (servers.postgres === undefined) {
      const admin = new pg.Pool({ connectionString: serverUrl('POSTGRES_URL'), max: 1 });
      await admin.query(`CREATE DATABASE ${name}`);
      cleanups.push(async function dropPostgresDatabase() {
        await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await admin.end();
      });
    }
    let mysqlLogin: { username: string; password: string } | undefined;
    if (servers.mysql === undefined) {
      const admin = mysql.createPool({ uri: serverUrl('MYSQL_URL'), connectionLimit: 1 });
      await admin.query(`CREATE DATABASE ${name}`);
      // The services get no more rights than an operator would give them: a user with all of them may write to a read-only server.
      mysqlLogin = { username: name, password: name };
      await admin.query(`CREATE USER ${name}@'%' IDENTIFIED BY '${name}'`);
      await admin.query(`GRANT ALL PRIVILEGES ON ${name}.* TO ${name}@'%'`);
      cleanups.push(async function dropMysqlDatabase() {
        await admin.query(`DROP DATABASE IF EXISTS ${name}`);
        await admin.query(`DROP USER IF EXISTS ${name}@'%'`);
        await admin.end();
      });
    }
    await createSchema(given.mysql());
    for (const server of SERVERS) {
      for (const service of SERVICE_NAMES) proxies[server][service] = await startProxy(Number(new URL(given[server]()).port));
    }
    cleanups.push(function closeProxies() {
      return Promise.all(SERVERS.flatMap((server) => SERVICE_NAMES.map((service) => proxies[server][service].close())));
    });

    const token = randomBytes(16).toString('hex');
    const envOf = (service: ServiceName): NodeJS.ProcessEnv => ({
      PATH: process.env['PATH'],
      REDIS_URL: through(given.redis(), proxies.redis[service]),
      POSTGRES_URL: through(given.postgres(), proxies.postgres[service]),
      MYSQL_URL: through(given.mysql(), proxies.mysql[service], mysqlLogin),
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      API_TOKEN: token,
      ADMIN_PASSWORD: token,
      SCHEDULE_CRON: 'off',
      ETL_TIME_SCALE: String(timeScale),
      NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
      ...options.env,
    });
    const all: { label: string; service: ServiceProcess }[] = [];
    const addService: FaultStack['addService'] = async (service) => {
      const label = all.some((each) => each.label === service) ? `${service}-${all.length}` : service;
      const added = await superviseService(service, label, dir, envOf(service));
      all.push({ label, service: added });
      return added;
    };
    cleanups.push(function stopServices() {
      return Promise.all(all.map(({ service }) => service.stop()));
    });

    const openMysql = (): mysql.Pool =>
      mysql.createPool({ uri: given.mysql(), supportBigNumbers: true, bigNumberStrings: true, connectionLimit: 3 });
    const openPostgres = (): pg.Pool => {
      const pool = new pg.Pool({ connectionString: given.postgres(), max: 3 });
      pool.on('error', () => undefined);
      return pool;
    };
    let postgres = openPostgres();
    let target = openMysql();
    const reconnect = (): void => {
      // Not waited for: a pool ends only when its last client is given back.
      for (const pool of [postgres, target]) void pool.end().catch(() => undefined);
      postgres = openPostgres();
      target = openMysql();
    };
    cleanups.push(function endPools() {
      return Promise.allSettled([postgres.end(), target.end()]);
    });
    const source = await createSource(() => postgres, dataDir, options.rows ?? 2_000);
    const entries = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await addService(service)] as const));
    const services = Object.fromEntries(entries) as Record<ServiceName, ServiceProcess>;
    const reader = readTable(given.mysql);
    cleanups.push(function stopReader() {
      return reader.stop();
    });
    await Promise.all(Object.values(services).map((service) => service.ready()));

    const request: FaultStack['request'] = (path, init, gateway = services.gateway) =>
      fetch(`${gateway.url}${path}`, {
        signal: AbortSignal.timeout(10_000),
        ...init,
        headers: {
          authorization: `Bearer ${token}`,
          ...(init?.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(init?.headers as Record<string, string> | undefined),
        },
      });
    const report: FaultStack['report'] = async (runId) => {
      try {
        const response = await request(`/api/runs/${runId}`);
        return response.ok ? ((await response.json()) as RunReport) : undefined;
      } catch {
        return undefined;
      }
    };
    const logs = (): string => all.map(({ label }) => `--- ${label}\n${tail(join(dir, `${label}.log`), 12)}`).join('\n');

    return {
      dir,
      dataDir,
      timeScale,
      services,
      proxies,
      network,
      servers,
      redis,
      redisClient: () => new Redis(redis.url, { maxRetriesPerRequest: 1, lazyConnect: true }),
      get postgres() {
        return postgres;
      },
      get mysql() {
        return target;
      },
      reconnect,
      database: new URL(given.mysql()).pathname.slice(1),
      source,
      reader,
      request,
      async trigger(params = {}) {
        const key = randomBytes(8).toString('hex');
        const deadline = Date.now() + 60_000;
        for (;;) {
          try {
            const response = await request('/api/runs', {
              method: 'POST',
              body: JSON.stringify(params),
              headers: { 'idempotency-key': key },
            });
            if (response.status === 202) return ((await response.json()) as { id: string }).id;
          } catch {
            // The gateway is being started again.
          }
          if (Date.now() > deadline) throw new Error(`the gateway took no run within a minute\n${logs()}`);
          await sleep(50);
        }
      },
      report,
      async waitFor(runId, accept = ({ state }) => isTerminal(state), timeoutMs = 90_000) {
        const deadline = Date.now() + timeoutMs;
        for (let last: RunReport | undefined; ;) {
          last = (await report(runId)) ?? last;
          if (last !== undefined && accept(last)) return last;
          if (Date.now() > deadline) {
            throw new Error(`run ${runId} is ${last?.state ?? 'unknown'} after ${timeoutMs / 1_000} s\n${logs()}`);
          }
          await sleep(30);
        }
      },
      addService,
      logs,
      async stop() {
        for (const cleanup of cleanups.reverse()) await bounded(cleanup);
        await children.stopAll();
        if (process.env['ETL_FAULT_KEEP'] === undefined) await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    for (const cleanup of cleanups.reverse()) await bounded(cleanup).catch(() => undefined);
    await children.stopAll();
    throw error;
  }
}

/** Its function's name says what it does, should it hang. */
type Cleanup = () => Promise<unknown>;

/** Longer than any takes: a service has 20 s to stop. */
const CLEANUP_TIMEOUT_MS = 60_000;

async function bounded(cleanup: Cleanup): Promise<void> {
  const timeout = new AbortController();
  const tooLong = sleep(CLEANUP_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`cleaning up after the tests: ${cleanup.name} hangs`);
  });
  try {
    await Promise.race([cleanup(), tooLong]);
  } finally {
    timeout.abort();
    tooLong.catch(() => undefined);
  }
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

function through(url: string, proxy: TcpProxy, login?: { username: string; password: string }): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(proxy.port);
  if (login !== undefined) Object.assign(changed, login);
  return changed.toString();
}
