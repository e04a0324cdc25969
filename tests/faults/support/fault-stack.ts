import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunParams } from '@retail-etl/contracts';
import { Children } from '@retail-etl/local-stack';
import type { RunReport } from '@retail-etl/sales';
import { createSchema } from '@retail-etl/setup';
import { Redis } from 'ioredis';
import type mysql from 'mysql2/promise';
import type pg from 'pg';
import type { ServiceName } from '../../support/service-processes.js';
import { Cleanups } from './cleanups.js';
import { FaultProxies } from './fault-proxies.js';
import { type FaultServers, startFaultServers } from './fault-servers.js';
import type { OwnServer, OwnServerName } from './own-servers.js';
import { RunClient } from './run-client.js';
import { createSource, type SalesSource } from './sales-source.js';
import { ServiceGroup } from './service-group.js';
import type { ServiceProcess } from './service-process.js';
import { readTable, type TableReader } from './table-reader.js';
import type { TcpProxy } from './tcp-proxy.js';
import { TestPools } from './test-pools.js';

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
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-faults-'));
  await chmod(dir, 0o755);
  const children = new Children();
  const cleanups = new Cleanups();
  try {
    const stack = await assemble(options, dir, children, cleanups);
    return Object.assign(stack, {
      async stop() {
        await cleanups.run();
        await children.stopAll();
        if (process.env['ETL_FAULT_KEEP'] === undefined) await rm(dir, { recursive: true, force: true });
      },
    });
  } catch (error) {
    await cleanups.runAll();
    await children.stopAll();
    throw error;
  }
}

async function assemble(
  options: FaultStackOptions,
  dir: string,
  children: Children,
  cleanups: Cleanups,
): Promise<Omit<FaultStack, 'stop'>> {
  const timeScale = options.timeScale ?? 0.2;
  const dataDir = options.dataDir ?? join(dir, 'data');
  for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder), { recursive: true });
  const proxies = new FaultProxies();
  const servers = await startFaultServers({
    name: `f_${randomBytes(5).toString('hex')}`,
    dir,
    own: options.own ?? [],
    children,
    cleanups,
    onPort: (server, port) => proxies.network(server, (proxy) => proxy.target(port)),
  });
  await createSchema(servers.url('mysql'));
  await proxies.start(servers, cleanups);
  const token = randomBytes(16).toString('hex');
  const common = serviceEnv(dataDir, token, timeScale);
  const group = new ServiceGroup(dir, (service) => ({ ...common, ...proxies.urls(service, servers), ...options.env }), cleanups);
  const pools = new TestPools(servers);
  cleanups.add(function endPools() {
    return pools.end();
  });
  const source = await createSource(() => pools.postgres, dataDir, options.rows ?? 2_000);
  const services = await group.startEach();
  const reader = readTable(() => servers.url('mysql'));
  cleanups.add(function stopReader() {
    return reader.stop();
  });
  await Promise.all(Object.values(services).map((service) => service.ready()));
  const client = new RunClient(services.gateway, token, () => group.logs());
  return describeStack({ dir, dataDir, timeScale, services, source, reader }, { servers, proxies, pools, group, client });
}

interface Parts {
  readonly servers: FaultServers;
  readonly proxies: FaultProxies;
  readonly pools: TestPools;
  readonly group: ServiceGroup;
  readonly client: RunClient;
}

/** What tests see of the parts of a stack. */
function describeStack(
  known: Pick<FaultStack, 'dir' | 'dataDir' | 'timeScale' | 'services' | 'source' | 'reader'>,
  { servers, proxies, pools, group, client }: Parts,
): Omit<FaultStack, 'stop'> {
  return {
    ...known,
    proxies: proxies.all,
    network: (server, act) => proxies.network(server, act),
    servers: servers.own,
    redis: servers.redis,
    redisClient: () => new Redis(servers.redis.url, { maxRetriesPerRequest: 1, lazyConnect: true }),
    get postgres() {
      return pools.postgres;
    },
    get mysql() {
      return pools.mysql;
    },
    reconnect: () => pools.reconnect(),
    database: new URL(servers.url('mysql')).pathname.slice(1),
    request: (path, init, gateway) => client.request(path, init, gateway),
    trigger: (params) => client.trigger(params),
    report: (runId) => client.report(runId),
    waitFor: (runId, accept, timeoutMs) => client.waitFor(runId, accept, timeoutMs),
    addService: (name) => group.add(name),
    logs: () => group.logs(),
  };
}

function serviceEnv(dataDir: string, token: string, timeScale: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    API_TOKEN: token,
    ADMIN_PASSWORD: token,
    SCHEDULE_CRON: 'off',
    ETL_TIME_SCALE: String(timeScale),
    NODE_V8_COVERAGE: process.env['NODE_V8_COVERAGE'],
  };
}
