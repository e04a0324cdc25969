import { type ErrorRecord, EtlError, type RunState } from '@retail-etl/contracts';
import type { RunFindings } from '@retail-etl/sales';
import { type Connection, type Database, execute, select, withTransaction } from '@retail-etl/mysql';
import { beginPause, endPause } from './pauses.js';
import { needsPlan, retryRefusal } from './retry-rule.js';
import { fromJson, type Run, selectRuns } from './run-row.js';

const UNFINISHED = "('queued', 'extracting', 'transforming', 'loading')";

/**
 * Gives the single slot to the run if it is free and no older run waits; one that publishes a kept version again need not wait for those.
 * `claimed`: the run may work (also when it already held the slot: a repeated delivery). `waiting`: ask again later.
 * `over`: the run has ended, was cancelled, or goes on under a newer epoch.
 */
export async function claimSlot(database: Database, runId: string, epoch: number): Promise<'claimed' | 'waiting' | 'over'> {
  return withTransaction(database, 'claiming the slot', async (connection) => {
    const [slot] = await select<{ seq: number | string | null }>(
      connection,
      'claiming the slot',
      'SELECT seq FROM etl_slot WHERE id = 1 FOR UPDATE',
    );
    const [run] = await selectRuns(connection, 'claiming the slot', 'run_id = ? FOR UPDATE', [runId]);
    if (slot === undefined) throw new EtlError('MYSQL_REFUSED', 'MySQL: table etl_slot has no row');
    if (run === undefined || run.epoch !== epoch) return 'over';
    // A free slot counts as 0, which is no run's.
    if (run.state !== 'queued') return Number(slot.seq) === run.seq ? 'claimed' : 'over';
    if (slot.seq !== null) return 'waiting';
    if (run.params.publish === undefined && (await waitsForOlder(connection, run))) return 'waiting';
    await execute(connection, 'claiming the slot', 'UPDATE etl_slot SET seq = ? WHERE id = 1', [run.seq]);
    await execute(
      connection,
      'claiming the slot',
      "UPDATE etl_runs SET state = 'extracting', started_at = COALESCE(started_at, UTC_TIMESTAMP(3)) WHERE seq = ?",
      [run.seq],
    );
    await endPause(connection, run.seq);
    return 'claimed';
  });
}

async function waitsForOlder(connection: Connection, { seq }: Run): Promise<boolean> {
  const older = await select(connection, 'claiming the slot', "SELECT 1 FROM etl_runs WHERE state = 'queued' AND seq < ? LIMIT 1", [seq]);
  return older.length > 0;
}

/** Moves a working run on to the state its steps have reached; never back, and never out of a terminal state. */
export async function advanceState(database: Database, runId: string, epoch: number, to: 'transforming' | 'loading'): Promise<void> {
  await execute(
    database,
    `setting run ${runId} to ${to}`,
    "UPDATE etl_runs SET state = ? WHERE run_id = ? AND epoch = ? AND state IN ('extracting', 'transforming')",
    [to, runId, epoch],
  );
}

/** The state and epoch of a run, as a worker checks them before and while it works; undefined if there is no such run. */
export async function readRunState(database: Database, runId: string): Promise<{ state: RunState; epoch: number } | undefined> {
  const [row] = await select<{ state: RunState; epoch: number }>(
    database,
    'reading the state of a run',
    'SELECT state, epoch FROM etl_runs WHERE run_id = ?',
    [runId],
  );
  return row;
}

/** Adds to what is known of a run. The caller holds the row's lock or is the only writer. */
export async function addFindings(connection: Connection, runId: string, findings: Partial<RunFindings>): Promise<void> {
  const [row] = await select<{ report: unknown }>(
    connection,
    'reading a report',
    'SELECT report FROM etl_runs WHERE run_id = ? FOR UPDATE',
    [runId],
  );
  if (row === undefined) throw new EtlError('INTERNAL', `run ${runId} is not in the ledger`);
  const report = { ...fromJson<RunFindings>(row.report), ...findings };
  await execute(connection, 'writing a report', 'UPDATE etl_runs SET report = ? WHERE run_id = ?', [JSON.stringify(report), runId]);
}

/** Records findings of a run that still works under this epoch; does nothing for an ended one. */
export async function recordFindings(database: Database, runId: string, epoch: number, findings: Partial<RunFindings>): Promise<void> {
  await withTransaction(database, 'writing a report', async (connection) => {
    const [run] = await selectRuns(connection, 'writing a report', `run_id = ? AND epoch = ? AND state IN ${UNFINISHED} FOR UPDATE`, [
      runId,
      epoch,
    ]);
    if (run !== undefined) await addFindings(connection, runId, findings);
  });
}

/** Ends a run inside a transaction of the caller and frees the slot. The caller has locked the run's row and checked its state. */
export async function endRun(
  connection: Connection,
  run: Pick<Run, 'seq' | 'runId'>,
  state: RunState,
  findings: Partial<RunFindings>,
): Promise<void> {
  await addFindings(connection, run.runId, findings);
  await execute(connection, 'ending a run', 'UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP(3) WHERE seq = ?', [
    state,
    run.seq,
  ]);
  await endPause(connection, run.seq);
  await execute(connection, 'freeing the slot', 'UPDATE etl_slot SET seq = NULL WHERE id = 1 AND seq = ?', [run.seq]);
}

/** Ends an unfinished run of this epoch as `failed` or `superseded`. False if it had already ended or goes on under another epoch. */
export async function failRun(
  database: Database,
  runId: string,
  epoch: number,
  error: ErrorRecord,
  findings: Partial<RunFindings> = {},
): Promise<boolean> {
  return withTransaction(database, 'ending a run', async (connection) => {
    await lockSlot(connection);
    const [run] = await selectRuns(connection, 'ending a run', `run_id = ? AND epoch = ? AND state IN ${UNFINISHED} FOR UPDATE`, [
      runId,
      epoch,
    ]);
    if (run === undefined) return false;
    await endRun(connection, run, error.code === 'SUPERSEDED' ? 'superseded' : 'failed', { ...findings, error });
    return true;
  });
}

/**
 * Ends an unfinished run as `cancelled` unless its summary is already committed, and records who asked for it. Returns the run as it then is,
 * undefined if unknown.
 */
export async function cancelRun(database: Database, runId: string, by?: string): Promise<Run | undefined> {
  return withTransaction(database, 'cancelling a run', async (connection) => {
    await lockSlot(connection);
    const [run] = await selectRuns(connection, 'cancelling a run', 'run_id = ? FOR UPDATE', [runId]);
    if (run === undefined) return undefined;
    const unfinished = ['queued', 'extracting', 'transforming', 'loading'].includes(run.state);
    if (!unfinished || run.committedAt !== null) {
      const why = unfinished ? 'its summary is already committed' : `it is ${run.state}`;
      throw new EtlError('RUN_STATE', `run ${runId} cannot be cancelled: ${why}`);
    }
    await endRun(connection, run, 'cancelled', by === undefined ? {} : { cancelledBy: by.slice(0, 255) });
    const [ended] = await selectRuns(connection, 'cancelling a run', 'run_id = ?', [runId]);
    return ended;
  });
}

/** Waiting runs. One a minute for an hour and a half; whoever asks for more most likely asks by mistake. */
export const QUEUED_RUNS_MAX = 100;

export const queueFull = (): EtlError => new EtlError('QUEUE_FULL', `${QUEUED_RUNS_MAX} runs wait already, and no more may`);

/** Throws QUEUE_FULL if as many runs wait as may. */
async function refuseWhenFull(connection: Connection): Promise<void> {
  const waiting = await select(
    connection,
    'counting waiting runs',
    `SELECT 1 FROM etl_runs WHERE state = 'queued' LIMIT ${QUEUED_RUNS_MAX}`,
  );
  if (waiting.length >= QUEUED_RUNS_MAX) throw queueFull();
}

/**
 * Takes a failed run back to `queued` under the next epoch. Returns it, undefined if unknown; throws RUN_STATE if the rule of `retryRefusal`
 * says so, QUEUE_FULL if as many runs wait as may. `hasPlan` tells whether the run's plan is still staged.
 */
export async function retryRun(
  database: Database,
  runId: string,
  hasPlan: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Run | undefined> {
  return withTransaction(database, 'retrying a run', async (connection) => {
    const [run] = await selectRuns(connection, 'retrying a run', 'run_id = ? FOR UPDATE', [runId]);
    if (run === undefined) return undefined;
    const [published] = await select<{ seq: number | string }>(connection, 'retrying a run', 'SELECT seq FROM etl_published WHERE id = 1');
    const refusal = retryRefusal(run, { publishedSeq: Number(published?.seq ?? 0), hasPlan: needsPlan(run) && (await hasPlan()) });
    if (refusal !== null) throw new EtlError('RUN_STATE', `run ${runId} cannot be retried: ${refusal}`);
    await refuseWhenFull(connection);
    await addFindings(connection, runId, { error: null });
    await beginPause(connection, run.seq);
    await execute(
      connection,
      'retrying a run',
      "UPDATE etl_runs SET state = 'queued', epoch = epoch + 1, finished_at = NULL WHERE seq = ?",
      [run.seq],
    );
    const [queued] = await selectRuns(connection, 'retrying a run', 'run_id = ?', [runId]);
    return queued;
  });
}

/** All transactions that end or claim lock the slot first, then the run's row: one order, so no deadlock between them. */
export async function lockSlot(connection: Connection): Promise<void> {
  await select(connection, 'locking the slot', 'SELECT seq FROM etl_slot WHERE id = 1 FOR UPDATE');
}
