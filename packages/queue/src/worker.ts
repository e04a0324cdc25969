import { type EtlError, isStepName, QUEUE_PREFIX, type QueueName, START_RUN, STEPS } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import { type Job, UnrecoverableError, WaitingChildrenError, WaitingError, Worker } from 'bullmq';
import { repeatStrategy } from './cron/cron-times.js';
import { recordFailure } from './job-failures.js';
import { backoffMs, STALLS_MAX, STARTS_MAX } from './job-options.js';
import { redisOptions } from './redis-options.js';
import { checkedBackend } from './set-aside/checked-backend.js';

/** A job as a worker sees it. */
export interface Delivery {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly isLastAttempt: boolean;
  /** When the job was added, in ms since 1970. */
  readonly timestamp: number;
  /** Aborted when this worker no longer owns the job: what it does from then on may be done by another at the same time. */
  readonly lost: AbortSignal;
  /** A line for people in the job's log on the dashboard. Never fails: the work does not depend on it. */
  note(line: string): Promise<void>;
  /** Figures for the dashboard's progress. Never fails either. */
  progress(figures: object): Promise<void>;
}

/** What became of a job: done, to be tried again after the backoff, failed for good, or given back untouched (shutdown). */
export type Outcome =
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'again'; readonly error: EtlError }
  | { readonly kind: 'failed'; readonly error: EtlError }
  | { readonly kind: 'released' };

const LOCK_MS = 6_000;
const RETRY_MS = 1_000;

export interface QueueWorkerOptions {
  readonly redisUrl: string;
  readonly queue: QueueName;
  readonly concurrency: number;
  readonly process: (delivery: Delivery) => Promise<Outcome>;
  /** Gets the errors of the connection, and a JobSetAside for each job that cannot be read. */
  readonly onError: (error: Error) => void;
  /** Default LOCK_MS: how long a worker may be silent before its job is given to another, checked every half of it. */
  readonly lockDurationMs?: number;
  /** True: it takes no job before `hold(false)`. Default false. */
  readonly startsHeld?: boolean;
}

export interface QueueWorker {
  /** Takes no further job; resolves when the ones at work have ended. */
  close(): Promise<void>;
  /** True: takes no further job, until it is called with false. Those at work go on. */
  hold(isHeld: boolean): Promise<void>;
  /** True while the worker is connected and asking for jobs. */
  isRunning(): boolean;
  /** Resolves once the worker is connected. */
  ready(): Promise<void>;
}

/**
 * Starts taking jobs of one queue. BullMQ judges delays, and the age of finished jobs, by this process's clock. A wrong one means that a
 * step is tried again too early or too late, or that finished jobs leave the dashboard; steps may be done again. Only ticks of
 * schedules matter: a gateway whose clock is wrong is held.
 */
export function openWorker(options: QueueWorkerOptions): QueueWorker {
  const lockDurationMs = options.lockDurationMs ?? scaledMs(LOCK_MS);
  const worker = new Worker(
    options.queue,
    async (job, token, signal) => run(job, token ?? '', signal ?? new AbortController().signal, options),
    {
      connection: redisOptions(options.redisUrl, 'worker'),
      prefix: QUEUE_PREFIX,
      concurrency: options.concurrency,
      autorun: options.startsHeld !== true,
      lockDuration: lockDurationMs,
      stalledInterval: lockDurationMs / 2,
      maxStalledCount: STALLS_MAX,
      maxStartedAttempts: STARTS_MAX,
      // After a connection error BullMQ would wait 15 s before it asks for a job, or reports one as done, again.
      runRetryDelay: scaledMs(RETRY_MS),
      settings: {
        backoffStrategy: (attemptsMade, _type, _error, job) => scaledMs(backoffMs(job?.name ?? '', attemptsMade)),
        repeatStrategy,
      },
    },
    checkedBackend(options.onError),
  );
  worker.on('error', options.onError);
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'lock lost');
  });
  return {
    close: () => worker.close(),
    hold: async (isHeld) => (isHeld ? worker.pause(true) : worker.resume()),
    isRunning: () => worker.isRunning(),
    ready: () => worker.waitUntilReady(),
  };
}

async function run(job: Job, token: string, signal: AbortSignal, options: QueueWorkerOptions): Promise<unknown> {
  // A parent that is tried again must first see that none of its children is pending.
  if (isStepName(job.name) && STEPS[job.name].hasChildren && (await job.moveToWaitingChildren(token))) throw new WaitingChildrenError();
  const outcome = await options.process({
    id: job.id ?? '',
    name: job.name,
    data: job.data,
    attempt: job.attemptsMade + 1,
    isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? START_RUN.attempts),
    timestamp: job.timestamp,
    lost: signal,
    note: async (line) => {
      await job.log(line).catch(options.onError);
    },
    progress: (figures) => job.updateProgress(figures).catch(options.onError),
  });
  switch (outcome.kind) {
    case 'done':
      return outcome.result;
    case 'again':
      throw new Error(describe(outcome.error), { cause: outcome.error });
    case 'failed':
      await recordFailure(job, outcome.error).catch(options.onError);
      throw new UnrecoverableError(describe(outcome.error));
    case 'released':
      await job.moveToWait(token);
      throw new WaitingError();
  }
}

/** The text that the dashboard shows for a failed job. */
function describe(error: EtlError): string {
  return `[${error.code}] ${error.message} -> ${error.remedy}`;
}
