import { check, EtlError, type StageName, type StepName, type StepResult } from '@retail-etl/contracts';
import type { Database } from '@retail-etl/mysql';
import { failRun } from '@retail-etl/ledger';
import { type Delivery, JOBS, type Outcome } from '@retail-etl/queue';
import type { Logger } from './logger.js';
import { stepRows, stepSeconds } from './metrics.js';
import { isLive, watchRun } from './run-watch.js';

/** What a step's handler gets besides its data and its service's clients. */
export interface StepContext {
  readonly log: Logger;
  /** Aborted when the run has ended, the job was given to another worker, or the service stops. Work must end soon after. */
  readonly signal: AbortSignal;
  readonly attempt: number;
  /** A line for people in the job's log on the dashboard. */
  note(line: string): Promise<void>;
  /** Figures for the dashboard, such as rows and bytes so far. */
  progress(figures: object): Promise<void>;
}

/** A step's work. Doing it twice, or by two workers at once, must have the effect of once. */
export type StepHandler = (data: never, context: StepContext) => Promise<StepResult>;

export interface StepRunnerDeps {
  readonly database: Database;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly handlers: Partial<Record<StepName, StepHandler>>;
  /** Turns what a library threw into an EtlError: this one place decides what is tried again. */
  readonly classify: (error: unknown) => EtlError;
}

/** Runs one delivered job: checks its data and that its run still works, runs its handler, and decides what becomes of it. */
export async function runStep(delivery: Delivery, deps: StepRunnerDeps): Promise<Outcome> {
  const step = delivery.name as StepName;
  const handler = deps.handlers[step];
  let data: { runId: string; epoch: number; partition?: string; chunk?: string };
  try {
    if (handler === undefined) throw new EtlError('JOB_INVALID', `this queue has no job named "${delivery.name.slice(0, 60)}"`);
    data = check(JOBS[step].schema, delivery.data, `job ${delivery.id}`) as typeof data;
  } catch (error) {
    const refused = deps.classify(error);
    deps.log.warn({ job: delivery.id, code: refused.code }, refused.message);
    return { kind: 'failed', error: refused };
  }
  const stage: StageName | null = JOBS[step].stage;
  const part = data.partition ?? data.chunk;
  const log = deps.log.child({ run: data.runId, epoch: data.epoch, stage, step, ...(part === undefined ? {} : { partition: part }) });

  const ended = new AbortController();
  const startedMs = performance.now();
  const observe = (outcome: string): number => {
    const tookMs = performance.now() - startedMs;
    stepSeconds.observe({ step, outcome }, tookMs / 1_000);
    return Math.round(tookMs);
  };
  let stopWatching = (): void => undefined;
  try {
    if (!(await isLive(deps.database, data.runId, data.epoch))) return runEnded(log);
    stopWatching = watchRun(deps.database, data.runId, data.epoch, ended);
    const context: StepContext = {
      log,
      signal: AbortSignal.any([ended.signal, delivery.lost, deps.stopping]),
      attempt: delivery.attempt,
      note: (line) => delivery.note(line),
      progress: (figures) => delivery.progress(figures),
    };
    const result = await handler(data as never, context);
    stepRows.inc({ step }, result.rows);
    log.info({ tookMs: observe('done'), ...result }, 'done');
    return { kind: 'done', result };
  } catch (thrown) {
    if (deps.stopping.aborted) {
      log.info({ tookMs: observe('released') }, 'given back: the service stops');
      return { kind: 'released' };
    }
    const error = deps.classify(thrown);
    if (delivery.lost.aborted) {
      log.warn({ tookMs: observe('lost') }, 'left: the job was given to another worker');
      return { kind: 'again', error };
    }
    if (ended.signal.aborted || (await hasEnded(deps.database, data))) return runEnded(log);
    if (error.transient && !delivery.isLastAttempt) {
      log.warn({ tookMs: observe('again'), code: error.code, attempt: delivery.attempt }, error.message);
      return { kind: 'again', error };
    }
    log.error({ tookMs: observe('failed'), code: error.code, remedy: error.remedy }, error.message);
    await recordFailure(deps, data, error, stage, log);
    return { kind: 'failed', error };
  } finally {
    stopWatching();
  }
}

function runEnded(log: Logger): Outcome {
  log.info('nothing to do: the run has ended');
  return { kind: 'done', result: { rows: 0, note: 'the run has ended' } satisfies StepResult };
}

async function hasEnded(database: Database, data: { runId: string; epoch: number }): Promise<boolean> {
  return isLive(database, data.runId, data.epoch).then(
    (live) => !live,
    () => false,
  );
}

/** The ledger may be away just now: the gateway's sweep then records the failure from the failed job. */
async function recordFailure(
  deps: StepRunnerDeps,
  data: { runId: string; epoch: number },
  error: EtlError,
  stage: StageName | null,
  log: Logger,
): Promise<void> {
  try {
    await failRun(deps.database, data.runId, data.epoch, error.toRecord(stage));
  } catch (cause) {
    log.warn({ reason: String(cause) }, 'the failure is not in the ledger yet');
  }
}
