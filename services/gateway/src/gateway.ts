import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { GatewayConfig } from '@retail-etl/config';
import { openDatabase } from '@retail-etl/mysql';
import { openGatewayQueues, openProducer, openRedis, openWorker, type QueueWorker, watchLoads } from '@retail-etl/queue';
import { type ServiceContext, outageLog, startMetrics, untilReady } from '@retail-etl/runtime';
import type { FastifyInstance } from 'fastify';
import { checkAlertConfig } from './alerts/channels.js';
import { buildApp } from './app.js';
import type { GatewayDeps } from './deps.js';
import { type Loops, startLoops } from './loops.js';
import { openLedgerGate } from './ops/ledger-gate.js';
import { claimNextRun, singleFlight } from './runs/start-next-run.js';
import { startRun } from './runs/start-run.js';
import { checkSchedule } from './schedules/cron.js';

const PORT_DEFAULT = 8080;

/** A request must not wait long for a database that is away. */
const MYSQL_CONNECT_TIMEOUT_MS = 2_000;
const MYSQL_CONNECTIONS_MAX = 6;

export interface Gateway {
  readonly app: FastifyInstance;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly address: string;
  readonly deps: GatewayDeps;
}

/** Checks what only the gateway can: the cron needs its library. Throws CONFIG_INVALID. */
export function checkGatewayConfig(config: GatewayConfig): GatewayConfig {
  if (config.scheduleCron !== undefined) checkSchedule(config.scheduleCron, config.scheduleTz, 'CONFIG_INVALID');
  checkAlertConfig(config);
  return config;
}

/**
 * Wires the gateway and listens. It is up at once, whether its servers are or not; what needs them answers 503 until they are. It takes
 * jobs and works by itself from when the ledger is of its version; one of a later version ends it (LEDGER_NEWER).
 */
export async function startGateway(config: GatewayConfig, context: ServiceContext): Promise<Gateway> {
  const { log } = context;
  startMetrics('gateway');
  const onError = outageLog(log);
  const database = openDatabase(config.mysqlUrl, { connectionsMax: MYSQL_CONNECTIONS_MAX, connectTimeoutMs: MYSQL_CONNECT_TIMEOUT_MS });
  context.onStop(() => database.end());
  const redis = openRedis(config.redisUrl, onError);
  redis.once('ready', () => log.info('Redis is ready'));
  context.onStop(async () => redis.disconnect());
  const queues = openGatewayQueues(config.redisUrl, onError);
  context.onStop(() => Promise.allSettled(Object.values(queues).map((queue) => queue.close())));
  const producer = openProducer(config.redisUrl, onError);
  context.onStop(() => producer.close());

  const ledger = openLedgerGate(database);
  const startNextRun = singleFlight(async () => {
    await ledger.pass();
    await claimNextRun(database, producer, log);
  });
  const loads = watchLoads(config.redisUrl, () => void startNextRun().catch(() => undefined), onError);
  context.onStop(() => loads.close());

  let areJobsHeld = false;
  const deps: GatewayDeps = {
    config,
    log,
    database,
    ledger,
    queues,
    producer,
    redis,
    stopping: context.stopping,
    gatewayId: `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`.slice(-64),
    startNextRun,
    isTakingJobs: () => areJobsHeld || work.worker?.isRunning() === true,
    holdJobs: async (isHeld) => {
      areJobsHeld = isHeld;
      await work.worker?.hold(isHeld);
    },
    areJobsHeld: () => areJobsHeld,
  };
  const work = startWork(deps, context, onError);
  const app = await buildApp(deps, { liveness: () => work.loops?.liveness() ?? null });
  context.onStop(() => app.close());
  const address = await app.listen({ host: config.host, port: config.port ?? PORT_DEFAULT });
  log.info({ address }, 'the gateway is up');
  return { app, address, deps };
}

interface Work {
  worker?: QueueWorker;
  loops?: Loops;
}

/** Starts what works on the ledger once it is of this version; what this returns is filled then. */
function startWork(deps: GatewayDeps, context: ServiceContext, onError: (error: Error) => void): Work {
  const { config, database, log, startNextRun } = deps;
  const work: Work = {};
  const start = async (): Promise<void> => {
    await untilReady('the ledger', () => deps.ledger.pass(), log, context.stopping);
    work.worker = openWorker({
      redisUrl: config.redisUrl,
      queue: 'runs',
      concurrency: 1,
      startsHeld: true,
      process: (delivery) => startRun(delivery, { database, log, startNextRun }),
      onError,
    });
    work.loops = startLoops(deps);
  };
  const started = start().catch((error: unknown) => void context.fail(error));
  context.onStop(async () => {
    await started;
    await Promise.all([work.worker?.close(), work.loops?.stopped()]);
  });
  return work;
}
