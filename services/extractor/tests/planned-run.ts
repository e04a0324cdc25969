import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepResult } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';
import { createSummaryTables, type Database } from '@retail-etl/mysql';
import { openGatewayQueues, openProducer, type Producer } from '@retail-etl/queue';
import { createLogger } from '@retail-etl/runtime';
import { type RunFolders, runFolders } from '@retail-etl/staging';
import type { PoolConnection } from 'mysql2/promise';
import { LedgerRuns } from '../../../packages/ledger/tests/ledger-runs.js';
import { leaseRedisDatabase, type RedisDatabase } from '../../../tests/support/redis-database.js';
import { serverUrl } from '../../../tests/support/test-databases.js';
import { planRun } from '../src/plan-run.js';

/** An extract job as it is in Redis. */
export interface ExtractJob {
  readonly id: string | undefined;
  readonly data: unknown;
  readonly parent: string;
}

interface PlanOptions {
  readonly epoch?: number;
  readonly signal?: AbortSignal;
  readonly producer?: Producer;
  readonly database?: Database;
  /** Done before the files are looked at. */
  readonly beforeFiles?: () => Promise<unknown>;
}

/** A run that is to be planned, with a folder, a ledger and a Redis database of its own. */
export class PlannedRun {
  readonly ledger: LedgerRuns;
  readonly notes: string[] = [];
  readonly #redis: RedisDatabase;
  readonly #queues: ReturnType<typeof openGatewayQueues>;
  readonly #producer: Producer;
  dataDir = '';
  run!: Run;
  folders!: RunFolders;

  private constructor(ledger: LedgerRuns, redis: RedisDatabase) {
    this.ledger = ledger;
    this.#redis = redis;
    this.#queues = openGatewayQueues(redis.url, () => undefined);
    this.#producer = openProducer(redis.url, () => undefined);
  }

  static async open(): Promise<PlannedRun> {
    const planned = new PlannedRun(await LedgerRuns.open(), await leaseRedisDatabase(serverUrl('REDIS_URL')));
    await createSummaryTables(planned.ledger.database);
    await Promise.all(Object.values(planned.#queues).map(async (queue) => queue.waitUntilReady()));
    return planned;
  }

  async close(): Promise<void> {
    await rm(this.dataDir, { recursive: true, force: true });
    await this.#producer.close();
    await Promise.all(Object.values(this.#queues).map(async (queue) => queue.close()));
    await this.#redis.release();
    await this.ledger.drop();
  }

  /** A new run with its flow in Redis, and an input folder with these files. */
  async begin(files: readonly string[]): Promise<void> {
    if (this.dataDir !== '') await rm(this.dataDir, { recursive: true });
    this.dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-plan-'));
    await mkdir(join(this.dataDir, 'input'));
    for (const name of files) await this.addFile(name);
    await this.ledger.empty();
    this.run = await this.ledger.addHolder();
    this.folders = runFolders(this.dataDir, this.run.runId);
    this.notes.length = 0;
    await this.addFlow(1);
  }

  /** One that has lost its Redis. */
  async closedProducer(): Promise<Producer> {
    const producer = openProducer(this.#redis.url, () => undefined);
    await producer.close();
    return producer;
  }

  async addFlow(epoch: number): Promise<void> {
    await this.#producer.addFlow(this.run.runId, epoch);
  }

  async addFile(name: string): Promise<void> {
    await writeFile(join(this.dataDir, 'input', name), 'sale_id,product_id,quantity,sale_amount,sale_date\n1,1,1,1.00,2026-01-01\n');
  }

  /** Plans the run. The table is not looked at before it is read, so no PostgreSQL is needed. */
  async plan(options: PlanOptions = {}): Promise<StepResult> {
    const {
      epoch = 1,
      signal = new AbortController().signal,
      producer = this.#producer,
      database = this.ledger.database,
      beforeFiles,
    } = options;
    const settings = {
      dataDir: this.dataDir,
      postgresUrl: 'postgres://nobody@127.0.0.1:1/none',
      allowRowSecurity: false,
      csvEncoding: 'utf-8',
      csvDateFormats: [],
      fileBytesMax: 1e9,
    } as const;
    const { run, notes } = this;
    const context = {
      log: createLogger('extractor', 'silent'),
      signal,
      attempt: 1,
      note: async (line: string) => {
        notes.push(line);
      },
      progress: async () => undefined,
    };
    const declared = { file: undefined, builtInSettings: [] };
    const own = beforeFiles === undefined ? database : afterTargetIsTried(database, beforeFiles);
    const deps = { settings, declared, database: own, producer };
    return planRun({ runId: run.runId, epoch }, deps, context);
  }

  async manifest(): Promise<{ partitions: { name: string; source: string; files: { name: string }[] }[] } & Record<string, unknown>> {
    return JSON.parse(await readFile(this.folders.planManifest, 'utf8')) as Awaited<ReturnType<PlannedRun['manifest']>>;
  }

  /** The names of the files that the plan lists. */
  async files(): Promise<string[]> {
    return (await this.manifest()).partitions.flatMap(({ files }) => files.map(({ name }) => name)).sort();
  }

  /** The extract jobs of the run, by id. */
  async jobs(): Promise<ExtractJob[]> {
    const jobs = await this.#queues.extract.getJobs(['wait', 'prioritized', 'delayed']);
    return jobs
      .filter(({ name, id }) => name === 'extract' && id?.startsWith(this.run.runId) === true)
      .map(({ id, data, parent }) => ({ id, data: data as unknown, parent: `${parent?.queueKey}:${parent?.id}` }))
      .sort((a, b) => String(a.id).localeCompare(String(b.id)));
  }

  /** The job that `plan` attaches for a partition. */
  job(epoch: number, partition: string): ExtractJob {
    const { runId } = this.run;
    return {
      id: `${runId}.${epoch}.extract.${partition}`,
      data: { runId, epoch, partition },
      parent: `{retail-etl}:transform:${runId}.${epoch}.merge`,
    };
  }
}

/** The same database, which does `work` once all rights on the target were tried: the last that plan asks for before it looks at the sources. */
function afterTargetIsTried(database: Database, work: () => Promise<unknown>): Database {
  const getConnection = async (): Promise<PoolConnection> => {
    const connection = await database.getConnection();
    const query = connection.query.bind(connection) as (sql: string, values?: unknown) => Promise<unknown>;
    const hooked = async (sql: string, values?: unknown): Promise<unknown> => {
      const result = await query(sql, values);
      if (sql.startsWith('DROP TEMPORARY TABLE')) await work();
      return result;
    };
    return Object.assign(connection, { query: hooked as PoolConnection['query'] });
  };
  return Object.assign(Object.create(database) as Database, { getConnection });
}
