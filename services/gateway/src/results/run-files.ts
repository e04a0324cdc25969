import { EtlError } from '@retail-etl/contracts';
import { readDatabaseTime, type Run } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import { hasRunResults } from '@retail-etl/staging';

const DAY_MS = 86_400_000;

/** Throws GONE if the run's files have been removed by age, NOT_FOUND if it has none (yet). */
export async function requireRunFiles(database: Database, dataDir: string, run: Run, retentionDays: number, what: string): Promise<void> {
  if (await hasRunResults(dataDir, run.runId)) return;
  const isOld = run.finishedAt !== null && (await readDatabaseTime(database)).getTime() - run.finishedAt.getTime() > retentionDays * DAY_MS;
  if (isOld) throw new EtlError('GONE', `the ${what} of run ${run.runId} was removed after ${retentionDays} days`);
  throw new EtlError('NOT_FOUND', `run ${run.runId} has no ${what}: it is ${run.state}`);
}
