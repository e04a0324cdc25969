import { concurrencyOn, type QueueName } from '@retail-etl/contracts';
import { checkLedger } from '@retail-etl/ledger';
import { type Database, openDatabase, select } from '@retail-etl/mysql';
import { openRedisProbe, openWorker } from '@retail-etl/queue';
import { startHealthServer } from './health-server.js';
import { startMetrics } from './metrics.js';
import type { ServiceContext } from './run-service.js';
import { outageLog } from './outage-log.js';
import { runStep, type StepHandlers } from './step-runner.js';
import { untilReady } from './until-ready.js';

export interface WorkerServiceOptions<Queue extends QueueName> {
  readonly name: string;
  readonly queue: Queue;
  readonly config: { redisUrl: string; mysqlUrl: string; host: string; port: number | undefined };
  readonly context: ServiceContext;
  /** Most jobs at the same time. Default and upper limit: what the catalogue of steps says. */
  readonly concurrencyMax?: number;
  readonly database?: Database;
  readonly handlers: StepHandlers<Queue>;
  /** Servers that must answer before the first job is taken, by name. */
  readonly probes?: Readonly<Record<string, () => Promise<unknown>>>;
}

/** How long a stopping service lets its jobs finish before it gives them back. */
const FINISH_TIMEOUT_MS = 8_000;

/** Serves a queue's steps: health endpoint first, then waits for the servers, then takes jobs until the service stops. */
export async function serveSteps<Queue extends QueueName>(options: WorkerServiceOptions<Queue>): Promise<void> {
  const { config, context, name } = options;
  startMetrics(name);
  const state = {
    waitingFor: 'boot' as string | null,
    running: (): boolean => true,
    writable: (): Promise<string | null> => Promise.resolve(null),
  };
  const health = await startHealthServer({
    host: config.host,
    port: config.port ?? 0,
    readiness: async () => state.waitingFor ?? (state.running() ? state.writable() : 'the queue'),
    liveness: () => (state.running() ? null : 'the worker no longer takes jobs'),
  });
  context.onStop(health.close);
  context.log.info({ host: config.host, port: health.port }, 'health endpoint is up');

  const database = options.database ?? openDatabase(config.mysqlUrl);
  context.onStop(() => database.end());
  const redis = openRedisProbe(config.redisUrl);
  context.onStop(async () => redis.close());
  const probes = {
    MySQL: () => select(database, 'connecting', 'SELECT 1'),
    'the ledger': () => checkLedger(database),
    Redis: () => redis.check(),
    ...options.probes,
  };
  for (const [server, probe] of Object.entries(probes)) {
    state.waitingFor = server;
    await untilReady(server, probe, context.log, context.stopping);
  }

  const abandon = new AbortController();
  const concurrency = Math.min(concurrencyOn(options.queue), options.concurrencyMax ?? Infinity);
  const worker = openWorker({
    redisUrl: config.redisUrl,
    queue: options.queue,
    concurrency,
    onError: outageLog(context.log),
    process: (delivery) => runStep(delivery, { database, log: context.log, stopping: abandon.signal, handlers: options.handlers }),
  });
  context.onStop(async () => {
    const timer = setTimeout(() => abandon.abort(new Error('the service stops')), FINISH_TIMEOUT_MS);
    await worker.close();
    clearTimeout(timer);
  });
  state.waitingFor = 'Redis';
  state.writable = () =>
    redis.check().then(
      () => null,
      () => 'Redis',
    );
  state.running = () => worker.isRunning();
  await worker.ready();
  state.waitingFor = null;
  context.log.info({ queue: options.queue, concurrency }, 'taking jobs');
}
