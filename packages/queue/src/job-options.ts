import { START_RUN, type StepName, STEPS } from '@retail-etl/contracts';
import type { JobsOptions } from 'bullmq';

/** A job that kills its process is started this often again before it counts as failed. A rolling update counts as a stall too. */
export const STALLS_MAX = 3;

/** A bound on starts of any kind; only it stops a poison job that a schedule made. */
export const STARTS_MAX = 60;

/** The wait before the next try; up to a quarter more by chance, so that waiting jobs do not all come back together. */
export function backoffMs(jobName: string, attemptsMade: number, random: () => number = Math.random): number {
  const { backoff } = Object.hasOwn(STEPS, jobName) ? STEPS[jobName as StepName] : START_RUN;
  const full = Math.min(backoff.firstMs * 2 ** Math.max(0, attemptsMade - 1), backoff.maxMs);
  return Math.round(full * (1 + random() / 4));
}

/** Finished jobs stay for the dashboard, bounded by age and number. Removing them at once would let a re-added flow run again. */
const KEPT = { age: 2 * 86_400, count: 2_000 };

const COMMON: JobsOptions = {
  backoff: { type: 'custom' },
  removeOnComplete: KEPT,
  removeOnFail: KEPT,
  keepLogs: 200,
  stackTraceLimit: 3,
};

/** For the jobs on `runs`. */
export const START_RUN_OPTIONS: JobsOptions = { ...COMMON, attempts: START_RUN.attempts };

/** For a node of a run's flow: a failed child fails its ancestors, so that a run which cannot end well ends at once. */
export function stepOptions(step: StepName): JobsOptions {
  return { ...COMMON, attempts: STEPS[step].attempts, failParentOnFailure: true };
}
