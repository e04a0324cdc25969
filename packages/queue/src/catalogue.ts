import {
  ExtractData,
  QUEUES,
  type QueueName,
  RunStepData,
  StartRunData,
  STEPS,
  type StageName,
  type StepName,
  TransformData,
} from '@retail-etl/contracts';
import type { JobsOptions } from 'bullmq';
import type { TSchema } from 'typebox';

export interface JobEntry {
  readonly queue: QueueName;
  readonly schema: TSchema;
  /** Null: the job is not a step of a run. */
  readonly stage: StageName | null;
  /** True if other jobs are attached below it, which must end first. */
  readonly hasChildren?: true;
}

/** Every kind of job: its queue and the schema of its data. */
export const JOBS: Readonly<Record<StepName | 'start-run', JobEntry>> = {
  'start-run': { queue: QUEUES.runs, schema: StartRunData, stage: null },
  plan: { ...STEPS.plan, schema: RunStepData },
  extract: { ...STEPS.extract, schema: ExtractData },
  transform: { ...STEPS.transform, schema: TransformData },
  merge: { ...STEPS.merge, schema: RunStepData, hasChildren: true },
  load: { ...STEPS.load, schema: RunStepData, hasChildren: true },
};

/**
 * How often a job is tried. With the backoff below the tries of a job cover eleven minutes or more, so that an outage of ten
 * minutes heals by itself.
 */
export const ATTEMPTS_MAX = 28;

/** A job that kills its process is started this often again before it counts as failed. A rolling update counts as a stall too. */
export const STALLS_MAX = 3;

/** A bound on starts of any kind; only it stops a poison job that a schedule made. */
export const STARTS_MAX = 60;

/** After half a second, doubling up to 30 s; a quarter of it by chance, so that waiting jobs do not all come back together. */
export function backoffMs(attemptsMade: number, random: () => number = Math.random): number {
  const full = Math.min(500 * 2 ** Math.max(0, attemptsMade - 1), 30_000);
  return Math.round(full * (1 + random() / 4));
}

/** Finished jobs stay for the dashboard, bounded by age and number. Removing them at once would let a re-added flow run again. */
const KEPT = { age: 2 * 86_400, count: 2_000 };

export const JOB_OPTIONS: JobsOptions = {
  attempts: ATTEMPTS_MAX,
  backoff: { type: 'custom' },
  removeOnComplete: KEPT,
  removeOnFail: KEPT,
  keepLogs: 200,
  stackTraceLimit: 3,
};

/** For every node of a run's flow: a failed child fails its ancestors, so that a run which cannot end well ends at once. */
export const FLOW_JOB_OPTIONS: JobsOptions = { ...JOB_OPTIONS, failParentOnFailure: true };
