import { type Connection, type Database, execute, select } from '@retail-etl/mysql';

/** A wait of a run between a failure and the start of its retry. */
export interface Pause {
  readonly beganAt: Date;
  readonly endedAt: Date;
}

/** A failed run is about to be queued again: it has waited since it ended. The caller has locked the run's row. */
export async function beginPause(connection: Connection, seq: number): Promise<void> {
  await execute(
    connection,
    'beginning a pause',
    'INSERT IGNORE INTO etl_pauses (seq, epoch, began_at) SELECT seq, epoch, finished_at FROM etl_runs WHERE seq = ? AND finished_at IS NOT NULL',
    [seq],
  );
}

/** The run works again, or has ended without. */
export async function endPause(connection: Connection, seq: number): Promise<void> {
  await execute(connection, 'ending a pause', 'UPDATE etl_pauses SET ended_at = UTC_TIMESTAMP(3) WHERE seq = ? AND ended_at IS NULL', [
    seq,
  ]);
}

/** The pauses that are over, in order, by the `seq` of their run. */
export async function readPauses(on: Database | Connection, seqs: readonly number[]): Promise<Map<number, Pause[]>> {
  const pauses = new Map<number, Pause[]>();
  if (seqs.length === 0) return pauses;
  const rows = await select<{ seq: number | string; began_at: Date; ended_at: Date }>(
    on,
    'reading pauses',
    `SELECT seq, began_at, ended_at FROM etl_pauses WHERE ended_at IS NOT NULL AND seq IN (${seqs.map(() => '?').join(', ')}) ORDER BY seq, epoch`,
    seqs,
  );
  for (const { seq, began_at: beganAt, ended_at: endedAt } of rows) {
    pauses.set(Number(seq), [...(pauses.get(Number(seq)) ?? []), { beganAt, endedAt }]);
  }
  return pauses;
}

/** Removes the pauses of runs that are no longer there. */
export async function purgePauses(database: Database): Promise<void> {
  await execute(database, 'purging pauses', 'DELETE FROM etl_pauses WHERE seq NOT IN (SELECT seq FROM etl_runs)');
}

/** The time between two moments without the pauses in it, in ms. */
export function workedMs(pauses: readonly Pause[], from: Date, to: Date): number {
  const overlaps = pauses.map(({ beganAt, endedAt }) =>
    Math.max(0, Math.min(endedAt.getTime(), to.getTime()) - Math.max(beganAt.getTime(), from.getTime())),
  );
  return Math.max(0, to.getTime() - from.getTime() - overlaps.reduce((sum, overlap) => sum + overlap, 0));
}
