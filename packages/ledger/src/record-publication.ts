import { type Database, withTransaction } from '@retail-etl/mysql';
import { lockPublished, setHold } from './fence-row.js';
import { type Run, selectRuns } from './run-row.js';
import { type NewRun, recordRun } from './runs.js';

/**
 * Records a run that publishes a kept version again. Where that is older than what is published, publications are held from the same moment
 * on: no run that reads the sources can come between. `madeBySeq` is the `seq` of the run that made the version. Errors as `recordRun`.
 */
export async function recordPublication(
  database: Database,
  run: NewRun,
  madeBySeq: number,
): Promise<{ run: Run; created: boolean; held: boolean }> {
  return withTransaction(database, 'recording a publication', async (connection) => {
    const publishedSeq = (await lockPublished(connection)) ?? 0;
    const recorded = await recordRun(connection, run);
    const [published] = await selectRuns(connection, 'reading a run', 'seq = ?', [publishedSeq]);
    const isOlder = madeBySeq < (published?.findings.madeBy?.seq ?? publishedSeq);
    const holds = recorded.created && isOlder && run.params.dryRun !== true;
    return { ...recorded, held: holds && (await setHold(connection, run.triggeredBy)) };
  });
}
