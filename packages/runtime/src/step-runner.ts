import { check, EtlError, isStepName, type QueueName, type StepData, type StepName, type StepResult, STEPS } from '@retail-etl/contracts';
import { failRun } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { Delivery, Outcome } from '@retail-etl/queue';
import { classifyError } from './classify.js';
import type { Logger } from './logger.js';
import { stepRows, stepSeconds } from './metrics.js';
import { isLive, watchRun } from './run-watch.js';

/** What a step's handler gets besides its data and its service's clients. */
export interface StepContext {
  readonly log: Logger;
  /** Aborted when the run has ended, the job was given to another worker, took too long, or the service stops. Work must end soon after. */
  readonly signal: AbortSignal;
  readonly attempt: number;
  /** A line for people in the job's log on the dashboard. */
  note(line: string): Promise<void>;
  /** Figures for the dashboard, such as rows and bytes so far. */
  progress(figures: object): Promise<void>;
}

/** A step's work. Doing it twice, or by two workers at once, must have the effect of once. */
export type StepHandler<Step extends StepName> = (data: StepData<Step>, context: StepContext) => Promise<StepResult>;

/** The steps that a queue carries. */
type StepOn<Queue extends QueueName> = { [Step in StepName]: (typeof STEPS)[Step]['queue'] extends Queue ? Step : never }[StepName];

/** A handler for each step that a queue carries, and for no other. */
export type StepHandlers<Queue extends QueueName> = { readonly [Step in StepOn<Queue>]: StepHandler<Step> };

export interface StepRunnerDeps<Queue extends QueueName> {
  readonly database: Database;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly handlers: StepHandlers<Queue>;
  /** For tests alone, which cannot wait for hours: how long a try may take. Default: the limit of the step in STEPS. */
  readonly timeoutMs?: number;
}

/** Runs one delivered job: checks its data and that its run still works, runs its handler, and decides what becomes of it. */
export async function runStep<Queue extends QueueName>(delivery: Delivery, deps: StepRunnerDeps<Queue>): Promise<Outcome> {
  const { database } = deps;
  let prepared: PreparedStep;
  try {
    prepared = prepareStep(delivery, deps.handlers);
  } catch (error) {
    const refused = classifyError(error);
    deps.log.warn({ job: delivery.id, code: refused.code }, refused.message);
    return { kind: 'failed', error: refused };
  }
  const { step, data, part, handler } = prepared;
  const { stage } = STEPS[step];
  const timeoutMs = deps.timeoutMs ?? STEPS[step].timeoutMs;
  const log = deps.log.child({ run: data.runId, epoch: data.epoch, stage, step, ...(part === undefined ? {} : { partition: part }) });
  const ended = new AbortController();
  const attempt: Attempt = {
    ...prepared,
    delivery,
    log,
    stopping: deps.stopping,
    ended: ended.signal,
    timeout: AbortSignal.timeout(timeoutMs),
    timeoutMs,
    startedMs: performance.now(),
  };
  let stopWatching = (): void => undefined;
  try {
    if (!(await isLive(database, data.runId, data.epoch))) return runEnded(log);
    stopWatching = watchRun(database, data.runId, data.epoch, ended);
    const result = await handler(data, contextOf(attempt));
    stepRows.inc({ step }, result.rows);
    log.info({ tookMs: observe(attempt, 'done'), ...result }, 'done');
    return { kind: 'done', result };
  } catch (thrown) {
    return await settle(attempt, thrown, database);
  } finally {
    stopWatching();
  }
}

interface PreparedStep {
  readonly step: StepName;
  readonly data: { readonly runId: string; readonly epoch: number };
  /** The partition or chunk that the step is about. */
  readonly part: string | undefined;
  readonly handler: (data: { readonly runId: string; readonly epoch: number }, context: StepContext) => Promise<StepResult>;
}

/** Throws JOB_INVALID unless the job is one of the queue's steps, with the data of that step. */
function prepareStep<Queue extends QueueName>({ id, name, data: given }: Delivery, handlers: StepHandlers<Queue>): PreparedStep {
  if (!isStepName(name) || !Object.hasOwn(handlers, name))
    throw new EtlError('JOB_INVALID', `this queue has no job named "${name.slice(0, 60)}"`);
  const data: StepData<StepName> & { partition?: string; chunk?: string } = check(STEPS[name].data, given, `job ${id}`);
  // A handler is only called with the data of its own step: the line above has checked it.
  const { [name]: handler } = handlers as unknown as Readonly<Record<StepName, PreparedStep['handler']>>;
  return { step: name, data, part: data.partition ?? data.chunk, handler };
}

interface Attempt extends PreparedStep {
  readonly delivery: Delivery;
  readonly log: Logger;
  /** Aborted when the service gives its jobs back. */
  readonly stopping: AbortSignal;
  /** Aborted when the run has ended. */
  readonly ended: AbortSignal;
  readonly timeout: AbortSignal;
  readonly timeoutMs: number;
  readonly startedMs: number;
}

function contextOf({ log, delivery, ended, stopping, timeout }: Attempt): StepContext {
  return {
    log,
    signal: AbortSignal.any([ended, delivery.lost, stopping, timeout]),
    attempt: delivery.attempt,
    note: (line) => delivery.note(line),
    progress: (figures) => delivery.progress(figures),
  };
}

/** Notes how a step ended and returns how long it took, in ms. */
function observe({ step, startedMs }: Attempt, outcome: string): number {
  const tookMs = performance.now() - startedMs;
  stepSeconds.observe({ step, outcome }, tookMs / 1_000);
  return Math.round(tookMs);
}

/** Decides what becomes of a job whose handler has thrown. */
async function settle(attempt: Attempt, thrown: unknown, database: Database): Promise<Outcome> {
  const { step, data, delivery, log } = attempt;
  if (attempt.stopping.aborted) {
    log.info({ tookMs: observe(attempt, 'released') }, 'given back: the service stops');
    return { kind: 'released' };
  }
  const error = attempt.timeout.aborted ? timedOut(attempt, thrown) : classifyError(thrown);
  if (delivery.lost.aborted) {
    log.warn({ tookMs: observe(attempt, 'lost') }, 'left: the job was given to another worker');
    return { kind: 'again', error };
  }
  if (attempt.ended.aborted || (await hasEnded(database, data))) return runEnded(log);
  if (error.transient && !delivery.isLastAttempt) {
    log.warn({ tookMs: observe(attempt, 'again'), code: error.code, attempt: delivery.attempt }, error.message);
    return { kind: 'again', error };
  }
  log.error({ tookMs: observe(attempt, 'failed'), code: error.code, remedy: error.remedy }, error.message);
  await failRun(database, data.runId, data.epoch, error.toRecord(STEPS[step].stage)).catch((cause: unknown) => {
    // The gateway's sweep then records the failure from the failed job.
    log.warn({ reason: String(cause) }, 'the failure is not in the ledger yet');
  });
  return { kind: 'failed', error };
}

function timedOut({ step, timeoutMs }: Attempt, cause: unknown): EtlError {
  return new EtlError('STEP_TIMEOUT', `${step} has not ended after ${timeoutMs / 60_000} minutes`, { cause });
}

function runEnded(log: Logger): Outcome {
  log.info('nothing to do: the run has ended');
  return { kind: 'done', result: { rows: 0, note: 'the run has ended', skipped: true } satisfies StepResult };
}

async function hasEnded(database: Database, { runId, epoch }: PreparedStep['data']): Promise<boolean> {
  return isLive(database, runId, epoch).then(
    (live) => !live,
    () => false,
  );
}
