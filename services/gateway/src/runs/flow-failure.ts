import { type ErrorRecord, EtlError, STEPS } from '@retail-etl/contracts';
import type { JobFailure } from '@retail-etl/queue';

/** What ended a run, from its failed jobs, the causes first. */
export function errorOfFlow(runId: string, failures: readonly JobFailure[]): ErrorRecord {
  const recorded = failures.find(({ record }) => record !== null)?.record;
  if (recorded !== undefined && recorded !== null) return recorded;
  const crashed = failures.find(({ hasCrashed }) => hasCrashed);
  const failure = crashed ?? failures[0];
  const stage = failure === undefined || failure.step === null ? null : STEPS[failure.step].stage;
  const text = failure === undefined || failure.text === '' ? 'no reason was given' : failure.text;
  return new EtlError(
    crashed === undefined ? 'STEP_FAILED' : 'STEP_CRASHED',
    `${failure?.jobId ?? `a job of run ${runId}`}: ${text}`,
  ).toRecord(stage);
}
