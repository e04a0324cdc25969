import type { RunFindings, RunReport } from '@retail-etl/sales';
import type { RunParams, RunState, StageReport, TriggerKind } from '@retail-etl/contracts';
import { type Connection, type Database, select } from '@retail-etl/mysql';
import { type Pause, readPauses, workedMs } from './pauses.js';
import { type RetryFacts, retryRefusal } from './retry-rule.js';

/** A run as the ledger has it. */
export interface Run {
  readonly seq: number;
  readonly runId: string;
  readonly idempotencyKey: string | null;
  readonly state: RunState;
  readonly epoch: number;
  readonly triggerKind: TriggerKind;
  readonly triggeredBy: string;
  readonly late: boolean;
  readonly params: RunParams;
  readonly findings: RunFindings;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Its waits between failures and retries, as far as they are over. */
  readonly pauses: readonly Pause[];
  /** When the target's transaction with this run's summary was committed. */
  readonly committedAt: Date | null;
}

interface RunRow {
  seq: number | string;
  run_id: string;
  idempotency_key: string | null;
  state: RunState;
  epoch: number;
  trigger_kind: TriggerKind;
  triggered_by: string;
  late: number;
  params: unknown;
  report: unknown;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  committed_at: Date | null;
}

const COLUMNS =
  'seq, run_id, idempotency_key, state, epoch, trigger_kind, triggered_by, late, params, report, created_at, started_at, finished_at, committed_at';

/** MySQL's JSON arrives parsed, MariaDB's (a text with a check) as text. */
export function fromJson<T>(value: unknown): T {
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}

/** Reads runs by a condition on etl_runs; `rest` is SQL after WHERE. */
export async function selectRuns(
  on: Database | Connection,
  action: string,
  rest: string,
  values: readonly (string | number)[] = [],
): Promise<Run[]> {
  const rows = await select<RunRow>(on, action, `SELECT ${COLUMNS} FROM etl_runs WHERE ${rest}`, values);
  // A run that was never retried has none.
  const pauses = await readPauses(
    on,
    rows.filter(({ epoch }) => epoch > 1).map(({ seq }) => Number(seq)),
  );
  return rows.map((row) => ({
    seq: Number(row.seq),
    runId: row.run_id,
    idempotencyKey: row.idempotency_key,
    state: row.state,
    epoch: row.epoch,
    triggerKind: row.trigger_kind,
    triggeredBy: row.triggered_by,
    late: row.late !== 0,
    params: fromJson<RunParams>(row.params),
    findings: fromJson<RunFindings>(row.report),
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    pauses: pauses.get(Number(row.seq)) ?? [],
    committedAt: row.committed_at,
  }));
}

/** How long an ended run has worked, in ms: from its first start to its end, without the waits before retries. Null for any other run. */
export function runDurationMs({ startedAt, finishedAt, pauses }: Pick<Run, 'startedAt' | 'finishedAt' | 'pauses'>): number | null {
  return startedAt === null || finishedAt === null ? null : workedMs(pauses, startedAt, finishedAt);
}

/** The same for a stage of a run. Its times are those of the workers' clocks. */
export function stageDurationMs({ pauses }: Pick<Run, 'pauses'>, { startedAt, finishedAt }: StageReport): number | null {
  return startedAt === null || finishedAt === null ? null : workedMs(pauses, new Date(startedAt), new Date(finishedAt));
}

/** The report that the API, the page and alerts show. */
export function toReport(run: Run, facts: RetryFacts): RunReport {
  const refusal = retryRefusal(run, facts);
  const { cancelledBy = null, readHeaders: _kept, ...findings } = run.findings;
  return {
    id: run.runId,
    seq: run.seq,
    state: run.state,
    epoch: run.epoch,
    trigger: { kind: run.triggerKind, by: run.triggeredBy, late: run.late },
    params: run.params,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    durationMs: runDurationMs(run),
    pausedMs: run.pauses.reduce((sum, { beganAt, endedAt }) => sum + endedAt.getTime() - beganAt.getTime(), 0),
    retryable: refusal === null,
    retryRefusal: refusal,
    cancelled: run.state === 'cancelled' && run.finishedAt !== null ? { by: cancelledBy, at: run.finishedAt.toISOString() } : null,
    ...findings,
    stages: run.findings.stages.map((stage) => ({ ...stage, durationMs: stageDurationMs(run, stage) })),
    published: run.state === 'published' && run.committedAt !== null ? { seq: run.seq, at: run.committedAt.toISOString() } : null,
  };
}
