import { type ErrorRecord, EtlError } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import { failRun, listRuns, readDatabaseTime, type Run } from '@retail-etl/ledger';
import { flowState, removeFlow } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';
import { keepEndedJobs } from './ended-jobs.js';
import { errorOfFlow } from './flow-failure.js';

/** The worker that failed writes the failure itself; this is how long it is given. */
const FAILURE_GRACE_MS = 2_000;

/** Flows of cancelled runs are looked for this long; their jobs end by themselves when they see that the run has ended. */
const CANCELLED_AGE_MS = 3_600_000;

type SweepDeps = Pick<GatewayDeps, 'database' | 'queues' | 'producer' | 'log' | 'startNextRun'> & {
  /** Milliseconds that pass, from any beginning. Default: performance.now. */
  readonly now?: () => number;
};

/** What a sweep saw and the next one compares with. */
export interface SweepMemory {
  /** Run and epoch whose flow was absent. */
  readonly absent: Set<string>;
  /** Run and epoch whose flow has failed, and since when. */
  readonly failed: Map<string, number>;
}

export function newSweepMemory(): SweepMemory {
  return { absent: new Set(), failed: new Map() };
}

/** Keeps ledger and Redis in step: starts what waits, restores lost flows, and ends runs whose flow has failed. */
export async function sweepRuns(deps: SweepDeps, memory: SweepMemory): Promise<void> {
  await deps.startNextRun();
  const active = await listRuns(deps.database, { states: ['extracting', 'transforming', 'loading'], limit: 2 });
  const keys = new Set(active.map(keyOf));
  for (const key of memory.absent) if (!keys.has(key)) memory.absent.delete(key);
  for (const key of memory.failed.keys()) if (!keys.has(key)) memory.failed.delete(key);
  for (const run of active) await sweepRun(run, deps, memory);
}

const keyOf = (run: Run): string => `${run.runId}.${run.epoch}`;

async function sweepRun(run: Run, deps: SweepDeps, memory: SweepMemory): Promise<void> {
  const key = keyOf(run);
  const flow = await flowState(deps.queues, run.runId, run.epoch);
  if (flow.kind !== 'absent') memory.absent.delete(key);
  if (flow.kind === 'absent' || flow.kind === 'present') memory.failed.delete(key);
  switch (flow.kind) {
    case 'present':
      return;
    case 'absent':
      // Seen once it may be a flow that is just being added; every step can be done again, so a needless addition does no harm.
      if (!memory.absent.has(key)) {
        memory.absent.add(key);
        return;
      }
      await deps.producer.addFlow(run.runId, run.epoch);
      memory.absent.delete(key);
      deps.log.warn({ run: run.runId, epoch: run.epoch, state: run.state }, 'the jobs of this run were gone; added again');
      return;
    case 'ended':
      // A run ends before its last job does; one that has not was left behind by an older state of Redis or of the ledger.
      return endFailed(
        run,
        new EtlError('JOBS_LOST', 'the last job of the run has ended, but the run has not').toRecord(null),
        deps,
        memory,
      );
    case 'damaged':
      return endFailed(run, new EtlError('JOB_UNREADABLE', `run ${run.runId} cannot go on: ${flow.reason}`).toRecord(null), deps, memory);
    case 'failed':
      return endFailed(run, errorOfFlow(run.runId, flow.failures), deps, memory);
  }
}

/** Ends a run whose flow cannot go on, unless its worker does so within the time it is given. */
async function endFailed(run: Run, error: ErrorRecord, deps: SweepDeps, memory: SweepMemory): Promise<void> {
  // A duration, so a clock that is set does not matter.
  const now = (deps.now ?? (() => performance.now()))();
  const since = memory.failed.get(keyOf(run)) ?? now;
  memory.failed.set(keyOf(run), since);
  if (now - since < scaledMs(FAILURE_GRACE_MS)) return;
  if (!(await failRun(deps.database, run.runId, run.epoch, error))) return;
  deps.log.error({ run: run.runId, epoch: run.epoch, code: error.code, remedy: error.remedy }, error.message);
  await deps.startNextRun();
}

/**
 * Removes what is left in Redis of runs that were cancelled, or lost a job: nothing else would end what waits there. A run whose job still
 * works is left for the next time.
 */
export async function removeCancelledFlows(deps: SweepDeps): Promise<void> {
  const since = (await readDatabaseTime(deps.database)).getTime() - CANCELLED_AGE_MS;
  for (const run of await listRuns(deps.database, { states: ['cancelled', 'failed'], limit: 50 })) {
    if (run.state === 'failed' && run.findings.error?.code !== 'JOB_UNREADABLE') continue;
    if (run.finishedAt === null || run.finishedAt.getTime() < since) continue;
    await removeCancelledFlow(deps, run);
  }
}

/** Removes a run's jobs, and keeps how they were. */
export async function removeCancelledFlow(deps: Pick<GatewayDeps, 'queues' | 'log'>, run: Run): Promise<void> {
  try {
    await keepEndedJobs(deps, run);
    await removeFlow(deps.queues, run.runId, run.epoch);
  } catch (error) {
    deps.log.debug({ run: run.runId, reason: String(error) }, 'the flow of a cancelled run cannot be removed yet');
  }
}
