import {
  check,
  ERROR_CATALOGUE,
  type ErrorCode,
  type ErrorRecord,
  EtlError,
  parseJobId,
  type StepName,
  STEPS,
} from '@retail-etl/contracts';
import type { Job } from 'bullmq';
import Type from 'typebox';
import { STALLS_MAX, STARTS_MAX } from './job-options.js';

/** Why a job has failed. */
export interface JobFailure {
  readonly jobId: string;
  readonly step: StepName | null;
  /** What its worker recorded; null if it could not, because its process died or the job failed for its children. */
  readonly record: ErrorRecord | null;
  /** Whether its process died or went silent each time it was started. */
  readonly hasCrashed: boolean;
  /** What BullMQ says, for people. */
  readonly text: string;
}

const Recorded = Type.Object({ code: Type.String(), message: Type.String({ maxLength: 10_000 }) });

const MESSAGE_LENGTH_MAX = 2_000;

/** Records why a job fails, where the gateway finds it: beside the job's progress. Its text on the dashboard is for people. */
export async function recordFailure(job: Job, error: EtlError): Promise<void> {
  const progress = typeof job.progress === 'object' ? job.progress : {};
  await job.updateProgress({ ...progress, failure: { code: error.code, message: error.message.slice(0, MESSAGE_LENGTH_MAX) } });
}

export function readFailure(job: Job): JobFailure {
  const step = parseJobId(job.id ?? '')?.step ?? null;
  return {
    jobId: job.id ?? '',
    step,
    record: readRecord(job, step),
    hasCrashed: job.stalledCounter >= STALLS_MAX || job.attemptsStarted >= STARTS_MAX,
    text: (job.failedReason ?? '').slice(0, MESSAGE_LENGTH_MAX),
  };
}

function readRecord(job: Job, step: StepName | null): ErrorRecord | null {
  const failure = typeof job.progress === 'object' && job.progress !== null ? (job.progress as { failure?: unknown }).failure : undefined;
  if (failure === undefined) return null;
  try {
    const { code, message } = check(Recorded, failure, `the failure of job ${job.id ?? ''}`);
    if (!Object.hasOwn(ERROR_CATALOGUE, code)) return null;
    return new EtlError(code as ErrorCode, message).toRecord(step === null ? null : STEPS[step].stage);
  } catch {
    // Whoever can write to Redis may have put anything there.
    return null;
  }
}
