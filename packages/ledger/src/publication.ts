import { EtlError, isTerminal } from '@retail-etl/contracts';
import { type Connection, type Database, execute, withTransaction } from '@retail-etl/mysql';
import type { Hold, RunFindings } from '@retail-etl/sales';
import { lockPublished, readHold, setHold } from './fence-row.js';
import { type Run, selectRuns } from './run-row.js';
import { addFindings, endRun, lockSlot } from './run-state.js';

/** A run as a step knows it: the same run under a later epoch is another attempt. */
interface RunAttempt {
  readonly runId: string;
  readonly epoch: number;
}

/**
 * Begins a publication inside the caller's transaction: the target will show this run, in the order of `seq`. Returns its `seq`, and the hold
 * if publications are held: then the caller rolls back. Locks the row of `etl_published`, and so waits for another publication under way; the
 * caller holds no lock on a row of the ledger yet, and changes the target next. Throws SUPERSEDED if a newer run has published, INTERNAL if the run is not in the ledger.
 */
export async function takeFence(connection: Connection, runId: string): Promise<{ seq: number; hold: Hold | null }> {
  const [run] = await selectRuns(connection, 'taking the fence', 'run_id = ?', [runId]);
  if (run === undefined) throw new EtlError('INTERNAL', `run ${runId} is not in the ledger`);
  if (run.params.publish !== undefined) await holdIfOlder(connection, run);
  const fenced = await execute(
    connection,
    'taking the fence',
    'UPDATE etl_published SET seq = ?, run_id = ?, published_at = UTC_TIMESTAMP(3) WHERE id = 1 AND seq < ?',
    [run.seq, runId, run.seq],
  );
  if (fenced.affectedRows !== 1) throw new EtlError('SUPERSEDED', `a newer run than ${runId} has been published`);
  // What a person asks to publish again is published all the same.
  return { seq: run.seq, hold: run.params.publish === undefined ? await readHold(connection) : null };
}

/** An older version must not be replaced by the next run, whatever was published since it was asked for. */
async function holdIfOlder(connection: Connection, run: Run): Promise<void> {
  const publishedSeq = (await lockPublished(connection)) ?? 0;
  const [published] = await selectRuns(connection, 'reading a run', 'seq = ?', [publishedSeq]);
  if ((run.findings.madeBy?.seq ?? run.seq) < (published?.findings.madeBy?.seq ?? publishedSeq)) await setHold(connection, run.triggeredBy);
}

/**
 * Ends what `takeFence` began, right before the COMMIT: records that the run is committed, and its findings. Locks the run's row, so
 * a cancel waits for the COMMIT alone, and is refused after it. Throws RUN_STATE if the run has ended or has a later epoch.
 */
export async function confirmRun(connection: Connection, { runId, epoch }: RunAttempt, findings: Partial<RunFindings>): Promise<void> {
  const [run] = await selectRuns(connection, 'confirming the run', 'run_id = ? FOR UPDATE', [runId]);
  if (run === undefined || run.epoch !== epoch || isTerminal(run.state)) throw new EtlError('RUN_STATE', `run ${runId} has ended`);
  await addFindings(connection, runId, findings);
  await execute(connection, 'confirming the run', 'UPDATE etl_runs SET committed_at = UTC_TIMESTAMP(3) WHERE run_id = ?', [runId]);
}

/** True if the target shows this run. In a transaction of its own, it waits for one that may be about to say so: it locks `etl_published`. */
export async function hasPublished(database: Database, seq: number): Promise<boolean> {
  return withTransaction(database, 'reading what is published', async (connection) => (await lockPublished(connection)) === seq);
}

/**
 * Ends a committed run as `published` after `work` has put its other outputs in place. Locks `etl_published` before `work`, so that no newer
 * run publishes meanwhile, then the slot, then the run's row. If `work` throws, nothing is recorded. May be repeated, also by another
 * process: `work` is done again, and a run that has ended stays as it is. Throws SUPERSEDED, before `work`, if the target
 * does not show this run.
 */
export async function finishPublication(
  database: Database,
  { runId, seq }: Pick<Run, 'runId' | 'seq'>,
  work: () => Promise<void>,
): Promise<void> {
  await withTransaction(database, 'finishing the publication', async (connection) => {
    if ((await lockPublished(connection)) !== seq) throw new EtlError('SUPERSEDED', `a newer run than ${runId} has been published`);
    await work();
    await lockSlot(connection);
    const [run] = await selectRuns(connection, 'finishing the publication', 'run_id = ? FOR UPDATE', [runId]);
    if (run === undefined || isTerminal(run.state)) return;
    const finishedAt = new Date().toISOString();
    const stages = run.findings.stages.map((stage) => (stage.name === 'load' ? { ...stage, finishedAt } : stage));
    await endRun(connection, run, 'published', { stages, error: null });
  });
}

/** Ends a run that does not publish as `previewed`; one that does not load under this epoch stays as it is. Locks the slot, then the run's row. */
export async function endPreview(database: Database, { runId, epoch }: RunAttempt, findings: Partial<RunFindings>): Promise<void> {
  await withTransaction(database, 'ending a dry run', async (connection) => {
    await lockSlot(connection);
    const [run] = await selectRuns(connection, 'ending a dry run', "run_id = ? AND epoch = ? AND state = 'loading' FOR UPDATE", [
      runId,
      epoch,
    ]);
    if (run !== undefined) await endRun(connection, run, 'previewed', { ...findings, error: null });
  });
}
