import { unlink } from 'node:fs/promises';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, isTerminal } from '@retail-etl/contracts';
import { type Database, select, withTransaction } from '@retail-etl/mysql';
import { endRun, lockSlot, type Run, selectRuns } from '@retail-etl/ledger';
import { putInPlace } from './place-csv.js';

/**
 * Puts the CSV (`aside`) of a run whose summary is committed into place and ends the run as `published`. Holds the row of `etl_published`
 * meanwhile, so that no newer run can publish between the look and the rename. May be repeated, also by another process.
 */
export async function finishPublication(
  database: Database,
  run: Pick<Run, 'runId' | 'seq'>,
  aside: string,
  outputFolder: string,
): Promise<void> {
  try {
    await withTransaction(database, 'finishing the publication', async (connection) => {
      const [published] = await select<{ seq: number | string }>(
        connection,
        'finishing the publication',
        'SELECT seq FROM etl_published WHERE id = 1 FOR UPDATE',
      );
      if (published === undefined || Number(published.seq) !== run.seq) {
        throw new EtlError('SUPERSEDED', `a newer run than ${run.runId} has been published`);
      }
      crashPoint('load.before-rename');
      await putInPlace(aside, outputFolder);
      crashPoint('load.after-rename');
      await lockSlot(connection);
      const [now] = await selectRuns(connection, 'finishing the publication', 'run_id = ? FOR UPDATE', [run.runId]);
      if (now === undefined || isTerminal(now.state)) return;
      const finishedAt = new Date().toISOString();
      const stages = now.findings.stages.map((stage) => (stage.name === 'load' ? { ...stage, finishedAt } : stage));
      await endRun(connection, now, 'published', { stages, error: null });
    });
  } catch (error) {
    await unlink(aside).catch(() => undefined);
    throw error;
  }
}
