import { jobId, parseJobId, type QueueName, QUEUES, type StageName, STAGES, type StepName, STEPS } from '@retail-etl/contracts';
import type { Job, Queue } from 'bullmq';
import { redisError } from './redis-error.js';

/** A job of a run, as people look at it. */
export interface RunJob {
  readonly id: string;
  readonly queue: QueueName;
  readonly step: StepName;
  readonly stage: StageName;
  readonly part: string | null;
  /** BullMQ's state of it; `skipped` if it had nothing to do any more, because its run had ended; `cancelled` with its run. */
  readonly state: string;
  readonly attempts: number;
  readonly addedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly rows: number;
  readonly bytes: number;
  readonly error: string | null;
}

export interface StageProgress {
  readonly name: StageName;
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

/** Most jobs of one run that are looked at one by one. Beyond it the list is cut; the counts of stages stay right. */
const RUN_JOBS_MAX = 1_000;

/** Asked for in one round trip; a thousand at once would keep Redis from everyone else. */
const JOBS_AT_ONCE = 100;

async function inBatches<In, Out>(items: readonly In[], read: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  for (let start = 0; start < items.length; start += JOBS_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + JOBS_AT_ONCE).map(read))));
  }
  return results;
}

export type Queues = Record<QueueName, Queue>;

interface Children {
  /** Job ids below merge that have ended well, with what they returned, and those that have not. */
  readonly processed: readonly { id: string; rows: number; skipped: boolean }[];
  readonly unprocessed: readonly string[];
}

/** A dependency's key is `<prefix>:<queue>:<job id>`; our job ids hold no colon. */
const idOfKey = (key: string): string => key.slice(key.lastIndexOf(':') + 1);

async function readChildren(merge: Job): Promise<Children> {
  // Without options BullMQ reads all children in one go: two Redis commands.
  const { processed = {}, unprocessed = [], failed = [] } = await merge.getDependencies();
  return {
    processed: Object.entries(processed).map(([key, value]) => ({
      id: idOfKey(key),
      rows: figure(value, 'rows'),
      skipped: isSkipped(value),
    })),
    unprocessed: [...unprocessed, ...failed].map(idOfKey),
  };
}

/** True for the result of a step that had nothing to do any more, because its run had ended. */
function isSkipped(result: unknown): boolean {
  return typeof result === 'object' && result !== null && (result as { skipped?: unknown }).skipped === true;
}

const hasEndedWell = (job: Job): boolean => job.finishedOn !== undefined && job.failedReason === undefined && !isSkipped(job.returnvalue);

function figure(value: unknown, name: string): number {
  const number = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof number === 'number' && Number.isFinite(number) ? number : 0;
}

/** How far each stage of a run is, from its jobs in Redis. Undefined when the run has no jobs there. Throws REDIS_UNAVAILABLE. */
export async function readStageProgress(queues: Queues, runId: string, epoch: number): Promise<StageProgress[] | undefined> {
  try {
    const [load, merge] = await Promise.all([
      queues.load.getJob(jobId(runId, epoch, 'load')),
      queues.transform.getJob(jobId(runId, epoch, 'merge')),
    ]);
    if (load === undefined || merge === undefined) return undefined;
    const children = await readChildren(merge);
    const stages = {
      extract: { done: 0, total: 0, rows: 0 },
      transform: { done: 0, total: 0, rows: 0 },
      load: { done: 0, total: 0, rows: 0 },
    };
    const count = (id: string, done: boolean, rows: number): void => {
      const step = parseJobId(id)?.step;
      if (step === undefined) return;
      const stage = stages[STEPS[step].stage];
      stage.total += 1;
      if (done) stage.done += 1;
      // plan and merge report rows that the partitions have already counted.
      if (step === 'extract' || step === 'transform' || step === 'load') stage.rows += rows;
    };
    for (const child of children.processed) count(child.id, !child.skipped, child.rows);
    for (const id of children.unprocessed) count(id, false, 0);
    count(merge.id ?? '', hasEndedWell(merge), 0);
    count(load.id ?? '', hasEndedWell(load), figure(load.returnvalue, 'rows'));
    for (const queue of [queues.extract, queues.transform, queues.load]) {
      for (const job of await queue.getActive(0, 50)) {
        const parsed = job.id === undefined ? undefined : parseJobId(job.id);
        if (parsed?.runId === runId && parsed.epoch === epoch && parsed.step !== 'merge' && parsed.step !== 'plan') {
          stages[STEPS[parsed.step].stage].rows += figure(job.progress, 'rows');
        }
      }
    }
    return STAGES.map((name) => ({ name, ...stages[name] }));
  } catch (cause) {
    throw redisError(cause, 'reading the progress of a run');
  }
}

/** The ids of a run's jobs in the order of the journey, at most RUN_JOBS_MAX. */
async function listJobIds(queues: Queues, runId: string, epoch: number): Promise<{ queue: QueueName; id: string }[]> {
  const merge = await queues.transform.getJob(jobId(runId, epoch, 'merge'));
  const children =
    merge === undefined ? [] : await readChildren(merge).then((all) => [...all.processed.map((child) => child.id), ...all.unprocessed]);
  const ids = new Set([jobId(runId, epoch, 'plan'), ...children.sort()].slice(0, RUN_JOBS_MAX - 2));
  return [
    ...[...ids].map((id) => ({ queue: STEPS[parseJobId(id)?.step ?? 'plan'].queue, id })),
    { queue: QUEUES.transform, id: jobId(runId, epoch, 'merge') },
    { queue: QUEUES.load, id: jobId(runId, epoch, 'load') },
  ];
}

/** The jobs of a run's epoch that Redis still has, in the order of the journey. Throws REDIS_UNAVAILABLE. */
export async function readRunJobs(queues: Queues, runId: string, epoch: number): Promise<RunJob[]> {
  try {
    const found = await inBatches(await listJobIds(queues, runId, epoch), async ({ queue, id }): Promise<RunJob | undefined> => {
      const job = await queues[queue].getJob(id);
      const parsed = parseJobId(id);
      if (job === undefined || parsed === undefined) return undefined;
      return {
        id,
        queue,
        step: parsed.step,
        stage: STEPS[parsed.step].stage,
        part: parsed.part,
        state: isSkipped(job.returnvalue) ? 'skipped' : await job.getState(),
        attempts: job.attemptsStarted,
        addedAt: job.timestamp,
        startedAt: job.processedOn ?? null,
        finishedAt: job.finishedOn ?? null,
        rows: figure(job.returnvalue, 'rows') || figure(job.progress, 'rows'),
        bytes: figure(job.returnvalue, 'bytes') || figure(job.progress, 'bytes'),
        error: job.failedReason === undefined || job.failedReason === '' ? null : job.failedReason.slice(0, 2_000),
      };
    });
    return found.filter((job) => job !== undefined);
  } catch (cause) {
    throw redisError(cause, 'reading the jobs of a run');
  }
}

export interface RunLogLine {
  readonly step: StepName;
  readonly part: string | null;
  readonly line: string;
}

/** The log lines of a run's jobs in the order of the journey. Each job keeps at most 200 lines. Throws REDIS_UNAVAILABLE. */
export async function readRunLog(
  queues: Queues,
  runId: string,
  epoch: number,
  offset: number,
  limit: number,
): Promise<{ lines: RunLogLine[]; total: number }> {
  try {
    const perJob = await inBatches(await listJobIds(queues, runId, epoch), async ({ queue, id }) => {
      const { logs } = await queues[queue].getJobLogs(id, 0, 199);
      const parsed = parseJobId(id);
      return parsed === undefined ? [] : logs.map((line) => ({ step: parsed.step, part: parsed.part, line }));
    });
    const lines = perJob.flat();
    return { lines: lines.slice(offset, offset + limit), total: lines.length };
  } catch (cause) {
    throw redisError(cause, 'reading the log of a run');
  }
}
