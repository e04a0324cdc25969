import { check, checkWindow, EtlError, type RunParams, StartRunData } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import type { Database } from '@retail-etl/mysql';
import { findRun, readDatabaseTime, recordRun, type Run } from '@retail-etl/ledger';
import { type Delivery, type Outcome, scheduledTick } from '@retail-etl/queue';
import { classifyError, type Logger } from '@retail-etl/runtime';

/** A scheduled run that starts more than this after its time is marked as late. */
const LATE_MS = 60_000;

export interface StartRunDeps {
  readonly database: Database;
  readonly log: Logger;
  readonly startNextRun: () => Promise<void>;
  /** In ms since 1970. Default: the time by MySQL's clock. */
  readonly now?: () => number;
}

/**
 * Handles a job on `runs`. The ledger is the queue of runs: a job that names a run only says that one waits, any other has its run recorded
 * first, under a key that makes a repeated delivery harmless. Then the next waiting run is started, which need not be this one.
 */
export async function startRun(delivery: Delivery, deps: StartRunDeps): Promise<Outcome> {
  try {
    const data = check(StartRunData, delivery.data, `job ${delivery.id}`);
    checkWindow(data);
    const run = data.runId === undefined ? await recordJob(delivery, data, deps) : await findRun(deps.database, data.runId);
    if (run === undefined) throw new EtlError('JOB_INVALID', `job ${delivery.id}: there is no run ${data.runId ?? ''}`);
    await deps.startNextRun();
    const now = await findRun(deps.database, run.runId);
    const result = { runId: run.runId, seq: run.seq, state: now?.state ?? run.state };
    await delivery.note(`run ${result.runId} (number ${result.seq}) is ${result.state}`);
    return { kind: 'done', result };
  } catch (thrown) {
    const error = classifyError(thrown);
    deps.log.warn({ job: delivery.id, code: error.code }, error.message);
    return { kind: error.transient && !delivery.isLastAttempt ? 'again' : 'failed', error };
  }
}

async function recordJob(delivery: Delivery, data: StartRunData, deps: StartRunDeps): Promise<Run> {
  const params: RunParams = {
    ...(data.from === undefined ? {} : { from: data.from }),
    ...(data.to === undefined ? {} : { to: data.to }),
    ...(data.dryRun === undefined ? {} : { dryRun: data.dryRun }),
    ...(data.fresh === undefined ? {} : { fresh: data.fresh }),
  };
  const tick = scheduledTick(delivery.id);
  const { run, created } = await recordRun(
    deps.database,
    tick === undefined
      ? {
          params,
          triggerKind: 'dashboard',
          // A job that did not come by way of the gateway's dashboard names nobody.
          triggeredBy: data.requestedBy ?? 'dashboard',
          // The timestamp tells this job from one of the same id before Redis was wiped.
          idempotencyKey: `runs:${delivery.id}:${delivery.timestamp}`,
        }
      : {
          params,
          triggerKind: 'schedule',
          triggeredBy: tick.scheduleId,
          late: (deps.now?.() ?? (await readDatabaseTime(deps.database)).getTime()) - tick.tickMs > LATE_MS,
          // Schedule and tick alone: however often Redis makes this tick's job, it is one run.
          idempotencyKey: `runs:${delivery.id}`,
        },
  );
  crashPoint('start.after-record');
  if (created) deps.log.info({ run: run.runId, trigger: run.triggerKind, by: run.triggeredBy, late: run.late }, 'recorded');
  return run;
}
