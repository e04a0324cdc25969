import { EMPTY_FINDINGS } from '@retail-etl/sales';
import { EtlError, newRunId, type RunParams, type RunState, type TriggerKind } from '@retail-etl/contracts';
import { type Connection, type Database, execute, select } from '@retail-etl/mysql';
import { readDatabaseTime } from './clock.js';
import { purgePauses } from './pauses.js';
import { type Run, selectRuns } from './run-row.js';
import { QUEUED_RUNS_MAX, queueFull } from './run-state.js';

export interface NewRun {
  readonly params: RunParams;
  readonly triggerKind: TriggerKind;
  readonly triggeredBy: string;
  /** True for a scheduled run that starts well after its tick. */
  readonly late?: boolean;
  /** The same key never makes a second run. */
  readonly idempotencyKey?: string | undefined;
}

/**
 * Records a run as `queued`, or returns the one that already has this idempotency key (`created` false).
 * Throws IDEMPOTENCY_CONFLICT if that one was asked for with other parameters, QUEUE_FULL if as many runs wait as may. The limit is
 * counted in the statement that inserts, so only statements at the very same moment can go above it.
 */
export async function recordRun(database: Database | Connection, run: NewRun): Promise<{ run: Run; created: boolean }> {
  // The id tells the time by MySQL's clock, as all times of a run: gateways' clocks may differ.
  const runId = newRunId(await readDatabaseTime(database));
  const inserted = await execute(
    database,
    'recording a run',
    `INSERT INTO etl_runs (run_id, idempotency_key, state, epoch, trigger_kind, triggered_by, late, params, report, created_at)
     SELECT ?, ?, 'queued', 1, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3) FROM DUAL
     WHERE (SELECT COUNT(*) FROM (SELECT seq FROM etl_runs WHERE state = 'queued' LIMIT ${QUEUED_RUNS_MAX}) AS waiting) < ${QUEUED_RUNS_MAX}
     ON DUPLICATE KEY UPDATE etl_runs.seq = etl_runs.seq`,
    [
      runId,
      run.idempotencyKey ?? null,
      run.triggerKind,
      run.triggeredBy.slice(0, 255),
      run.late ?? false,
      JSON.stringify(run.params),
      JSON.stringify(EMPTY_FINDINGS),
    ],
  );
  const created = inserted.affectedRows === 1;
  const [found] = created
    ? await selectRuns(database, 'reading a run', 'run_id = ?', [runId])
    : await selectRuns(database, 'reading a run', 'idempotency_key = ?', [run.idempotencyKey ?? '']);
  if (found === undefined && !created) throw queueFull();
  if (found === undefined) throw new EtlError('INTERNAL', `run ${runId} was recorded but cannot be read`);
  if (!created && canonical(found.params) !== canonical(run.params)) {
    throw new EtlError('IDEMPOTENCY_CONFLICT', `run ${found.runId} was asked for with this key and other parameters`);
  }
  return { run: found, created };
}

function canonical(params: RunParams): string {
  return JSON.stringify([params.from ?? null, params.to ?? null, params.dryRun ?? false, params.publish ?? null, params.fresh ?? false]);
}

/** The run, or undefined. */
export async function findRun(database: Database, runId: string): Promise<Run | undefined> {
  const [run] = await selectRuns(database, 'reading a run', 'run_id = ?', [runId]);
  return run;
}

export interface RunPage {
  /** Only runs in one of these states; empty or absent means all. */
  readonly states?: readonly RunState[];
  /** Only runs with a lower `seq`, to page on from the last one seen. */
  readonly beforeSeq?: number | undefined;
  /** 1 to 200. */
  readonly limit: number;
}

/** Runs, newest first. */
export async function listRuns(database: Database, page: RunPage): Promise<Run[]> {
  const conditions = ['1 = 1'];
  const values: (string | number)[] = [];
  if (page.states !== undefined && page.states.length > 0) {
    conditions.push(`state IN (${page.states.map(() => '?').join(', ')})`);
    values.push(...page.states);
  }
  if (page.beforeSeq !== undefined) {
    conditions.push('seq < ?');
    values.push(page.beforeSeq);
  }
  return selectRuns(database, 'listing runs', `${conditions.join(' AND ')} ORDER BY seq DESC LIMIT ?`, [...values, page.limit]);
}

/** Runs that wait or work, oldest first. */
export async function unfinishedRuns(database: Database, limit = 1_000): Promise<Run[]> {
  return selectRuns(
    database,
    'listing unfinished runs',
    "state IN ('queued', 'extracting', 'transforming', 'loading') ORDER BY seq LIMIT ?",
    [limit],
  );
}

/** The run that is to have the slot next: the oldest that waits, but one that a person asks to publish again before all others. */
export async function nextQueuedRun(database: Database): Promise<Run | undefined> {
  const [run] = await selectRuns(
    database,
    'looking for the next run',
    "state = 'queued' ORDER BY JSON_EXTRACT(params, '$.publish') IS NULL, seq LIMIT 1",
  );
  return run;
}

export interface RunPurge {
  /** Runs that ended longer ago than this, by MySQL's clock, are forgotten. */
  readonly days: number;
  /** And of the others what is more than this. */
  readonly keptMax: number;
  /** Only so many runs, the oldest, are looked at. */
  readonly limit: number;
  /** Of which no more than so many are forgotten. Default: all. */
  readonly most?: number;
}

/**
 * Forgets old runs, oldest first. The run that the target shows stays, and so do runs that have not ended. Returns how many are gone.
 */
export async function purgeRuns(database: Database, { days, keptMax, limit, most = limit }: RunPurge): Promise<number> {
  // Counted, not reckoned from `seq`: numbers are left out whenever a key is asked for again.
  const [count] = await select<{ runs: number | string }>(database, 'counting runs', 'SELECT COUNT(*) AS runs FROM etl_runs');
  const oldest = await select<{ seq: number | string }>(database, 'looking for old runs', 'SELECT seq FROM etl_runs ORDER BY seq LIMIT ?', [
    limit,
  ]);
  const tooMany = Math.max(0, Number(count?.runs ?? 0) - keptMax);
  const { affectedRows } = await execute(
    database,
    'purging old runs',
    `DELETE FROM etl_runs WHERE seq <= ? AND finished_at IS NOT NULL AND (finished_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY OR seq <= ?)
       AND seq <> (SELECT seq FROM etl_published WHERE id = 1) ORDER BY seq LIMIT ?`,
    [Number(oldest.at(-1)?.seq ?? 0), days, Number(oldest[Math.min(tooMany, oldest.length) - 1]?.seq ?? 0), most],
  );
  if (affectedRows > 0) await purgePauses(database);
  return affectedRows;
}

export interface Published {
  /** 0: nothing was ever published. */
  readonly seq: number;
  readonly runId: string | null;
  readonly at: Date | null;
}

/** Which run the target shows. */
export async function readPublished(database: Database): Promise<Published> {
  const [row] = await select<{ seq: number | string; run_id: string | null; published_at: Date | null }>(
    database,
    'reading what is published',
    'SELECT seq, run_id, published_at FROM etl_published WHERE id = 1',
  );
  if (row === undefined) throw new EtlError('MYSQL_REFUSED', 'MySQL: table etl_published has no row');
  return { seq: Number(row.seq), runId: row.run_id, at: row.published_at };
}

/** The run that the target shows; undefined if none was ever published. */
export async function findPublishedRun(database: Database): Promise<Run | undefined> {
  const { runId } = await readPublished(database);
  return runId === null ? undefined : findRun(database, runId);
}
