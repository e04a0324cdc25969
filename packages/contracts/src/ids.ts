import { randomBytes } from 'node:crypto';

/** A run's id: UTC second of its creation and six random hex digits, such as `20261123T160305-3f9a2c`. Sorts by time for people; `seq` orders runs. */
export const RUN_ID_PATTERN = '^[0-9]{8}T[0-9]{6}-[0-9a-f]{6}$';

export function newRunId(now: Date = new Date()): string {
  return `${runIdTime(now)}-${randomBytes(3).toString('hex')}`;
}

/** How the id of a run begins that is recorded at `time`; as text it comes before all ids of this second and after all of earlier ones. */
export function runIdTime(time: Date): string {
  return time.toISOString().replace(/[-:]/g, '').slice(0, 15);
}

/** A token unique to one attempt at a step; it keeps two workers at the same step from touching each other's files. */
export function newAttemptToken(): string {
  return randomBytes(4).toString('hex');
}

/** `<run>.<epoch>.<step>[.<partition>]`: the same step of the same epoch has the same job id, so adding it twice makes one job. */
export function jobId(runId: string, epoch: number, step: string, partition?: string): string {
  return [runId, epoch, step, ...(partition === undefined ? [] : [partition])].join('.');
}
