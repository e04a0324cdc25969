import { randomBytes } from 'node:crypto';
import { isStepName, type StepName } from './steps.js';
import { RUN_ID_PATTERN } from './run-id-pattern.js';

export function newRunId(now: Date): string {
  return `${runIdTime(now)}-${randomBytes(3).toString('hex')}`;
}

/** How the id of a run begins that is recorded at `time`; as text it comes before all ids of this second and after all of earlier ones. */
export function runIdTime(time: Date): string {
  return time.toISOString().replace(/[-:]/g, '').slice(0, 15);
}

/** When a run was recorded, by its id; in whole seconds. */
export function timeOfRunId(runId: string): Date {
  return new Date(runId.replace(/^(....)(..)(..)T(..)(..)(..).*$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** A token unique to one attempt at a step; it keeps two workers at the same step from touching each other's files. */
export function newAttemptToken(): string {
  return randomBytes(4).toString('hex');
}

export function isAttemptToken(text: string): boolean {
  return /^[0-9a-f]{8}$/.test(text);
}

/** `<run>.<epoch>.<step>[.<part>]`: the same step of the same epoch has the same job id, so adding it twice makes one job. */
export function jobId(runId: string, epoch: number, step: StepName | 'start', part?: string): string {
  return [runId, epoch, step, ...(part === undefined ? [] : [part])].join('.');
}

/** What `jobId` was given for a step; undefined for any other id. */
export function parseJobId(id: string): { runId: string; epoch: number; step: StepName; part: string | null } | undefined {
  const [runId = '', epoch = '', step = '', part, ...more] = id.split('.');
  const isOurs =
    new RegExp(RUN_ID_PATTERN).test(runId) &&
    /^[0-9]{1,9}$/.test(epoch) &&
    (part === undefined || /^[a-z0-9-]+$/.test(part)) &&
    more.length === 0;
  return isOurs && isStepName(step) ? { runId, epoch: Number(epoch), step, part: part ?? null } : undefined;
}

/** The name of a folder below the spill folder, of one process or one trial of a file. One that was left behind is removed after a day. */
export function newSpillName(): string {
  return `duckdb-spill-${newAttemptToken()}`;
}

/** Whether a folder has such a name. Nothing else below the spill folder is touched. */
export function isSpillName(name: string): boolean {
  return /^duckdb-spill-[0-9a-f]{8}$/.test(name);
}
