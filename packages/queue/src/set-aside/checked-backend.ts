import type { QueueName } from '@retail-etl/contracts';
import {
  array2obj,
  type BackendFactory,
  type IRedisClient,
  type JobJson,
  objectToFlatArray,
  QueueKeys,
  raw2NextJobData,
  RedisConnection,
  type RedisOptions,
  RedisQueueBackend,
} from 'bullmq';
import { isHarmlessToItsWorker, type JobFault, jobFault, type RawFields } from './job-fault.js';
import { lookThrough } from './look-through.js';
import { scheduleFault, scheduleIdFault } from './schedule-fault.js';
import { JobSetAside, setAside, type Tell } from './set-aside.js';

/** Scripts whose answer may hold the next job: its fields, its id, and two waiting times. */
const TAKES: ReadonlySet<string> = new Set(['moveToActive', 'moveToFinished', 'moveToDelayed']);

/** What they answer where there is no job. The mark that a job may wait is set by then, so the worker asks again at once. */
const NO_JOB = [0, 0, 0, 0];

/** A script may fail again and again for another reason; so long passes after a look at all jobs that found nothing. */
const LOOK_AGAIN_MS = 1_000;

/** Redis answers so where a key is of a wrong type or a number none. What it answers while it is not well begins with another word. */
const isRefusal = (error: unknown): boolean => error instanceof Error && /^(WRONGTYPE|ERR)\b/.test(error.message);

/**
 * BullMQ's access to Redis, which sets aside what it cannot read instead of passing it on. BullMQ itself throws there: a worker would take
 * the same job again for ever, and the dashboard would show no job at all.
 */
class CheckedBackend extends RedisQueueBackend {
  tell: Tell = () => undefined;
  #foundNothingAtMs = -Infinity;

  get #queueName(): QueueName {
    return this.name as QueueName;
  }

  override execCommand(...call: Parameters<RedisQueueBackend['execCommand']>): unknown {
    const answer: unknown = super.execCommand(...call);
    // In a transaction the answer comes with the others, later.
    return answer instanceof Promise ? this.#checked(call, answer) : answer;
  }

  async #checked(call: Parameters<RedisQueueBackend['execCommand']>, answer: Promise<unknown>): Promise<unknown> {
    const client = call[0] as IRedisClient;
    let told: unknown;
    try {
      told = await answer;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Another process may have looked at the same time, and have found it.
      await this.#lookThrough(client);
      told = await (super.execCommand(...call) as Promise<unknown>);
    }
    if (!TAKES.has(call[1]) || !Array.isArray(told) || !Array.isArray(told[0])) return told;
    const [fields, id] = told as [string[], string];
    const fault = jobFault(this.#queueName, id, array2obj(fields));
    if (fault === undefined) return told;
    await this.#setAside(client, id, fault);
    return NO_JOB;
  }

  async #lookThrough(client: IRedisClient): Promise<void> {
    if (performance.now() - this.#foundNothingAtMs < LOOK_AGAIN_MS) return;
    if (!(await lookThrough(client, this.tell))) this.#foundNothingAtMs = performance.now();
  }

  #setAside(client: IRedisClient, id: string, fault: JobFault, which: Parameters<typeof setAside>[3] = {}): Promise<boolean> {
    return setAside({ client, queue: this.#queueName, tell: this.tell }, id, fault, which);
  }

  /** A hash of the queue's; undefined if its key is not there, or is of another type and has been set aside. */
  async #readHash(client: IRedisClient, id: string, isOwnKey: boolean): Promise<RawFields | undefined> {
    try {
      const raw = await client.hgetall(this.toKey(id));
      return Object.keys(raw).length === 0 ? undefined : raw;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#setAside(client, id, { field: 'key', problem: 'is not a hash' }, { isOwnKey });
      return undefined;
    }
  }

  override async getJobData(jobId: string): Promise<JobJson | undefined> {
    const client = await this.queue.client;
    const raw = await this.#readHash(client, jobId, false);
    if (raw === undefined) return undefined;
    const fault = jobFault(this.#queueName, jobId, raw);
    if (fault === undefined) return (raw2NextJobData([objectToFlatArray(raw), jobId]) as [JobJson])[0];
    await this.#setAside(client, jobId, fault, { isLeftToWorker: isHarmlessToItsWorker(fault) });
    return undefined;
  }

  override async getDependencies(
    ...call: Parameters<RedisQueueBackend['getDependencies']>
  ): ReturnType<RedisQueueBackend['getDependencies']> {
    try {
      return await super.getDependencies(...call);
    } catch (error) {
      // What its children have returned is not JSON, or the keys that hold it are none of theirs.
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      await this.#setAside(await this.queue.client, call[0], { field: 'processed', problem: 'is not what its children have returned' });
      return {};
    }
  }

  override async getJobSchedulersRange(start: number, end: number, asc: boolean): Promise<string[]> {
    const client = await this.queue.client;
    try {
      const found = await super.getJobSchedulersRange(start, end, asc);
      const isOne = await Promise.all(
        found.map(async (id, at) => at % 2 === 1 || !(await this.#dropSchedule(client, id, scheduleIdFault(id)))),
      );
      return found.filter((_, at) => isOne[at - (at % 2)] === true);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await this.#lookThrough(client);
      return super.getJobSchedulersRange(start, end, asc);
    }
  }

  override async getJobSchedulerData(id: string): Promise<Record<string, string>> {
    const client = await this.queue.client;
    const raw = (await this.#readHash(client, `repeat:${id}`, true)) ?? {};
    return (await this.#dropSchedule(client, id, scheduleFault(id, raw))) ? {} : raw;
  }

  override async getJobScheduler(id: string): Promise<[unknown, string | null]> {
    await this.getJobSchedulerData(id);
    return super.getJobScheduler(id);
  }

  async #dropSchedule(client: IRedisClient, id: string, fault: JobFault | undefined): Promise<boolean> {
    if (fault === undefined) return false;
    const entry = `repeat:${id}`;
    const wasKept = await this.#setAside(client, entry, fault, { isOwnKey: true });
    // With it goes the job that it has made for its next time: the same schedule could not be made again.
    const wasListed = (await this.removeJobScheduler(id)) === 0;
    if (wasListed && !wasKept) this.tell(new JobSetAside({ ...fault, queue: this.#queueName, id: entry, from: 'repeat', keptAt: null }));
    return true;
  }
}

/** For BullMQ's classes: how they reach Redis, with a second connection for a worker's waiting. */
export function checkedBackend(tell: Tell): BackendFactory<RedisQueueBackend> {
  return (name, options, { withBlockingConnection = false } = {}) => {
    const { prefix = '', skipVersionCheck = false, skipWaitingForReady = false } = options as typeof options & { prefix?: string };
    const connect = (blocking: boolean, more: Partial<RedisOptions>): RedisConnection =>
      new RedisConnection({ ...(options.connection as RedisOptions), ...more }, { blocking, skipVersionCheck, skipWaitingForReady });
    const keys = new QueueKeys(prefix);
    const backend = new CheckedBackend(
      connect(false, {}),
      name,
      keys.getKeys(name),
      (type) => keys.toKey(name, type),
      options,
      // Its name is how the dashboard tells that a queue has a worker.
      withBlockingConnection ? connect(true, { connectionName: `${prefix}:${Buffer.from(name).toString('base64')}` }) : undefined,
    );
    backend.tell = tell;
    return backend;
  };
}
