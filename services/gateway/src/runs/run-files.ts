import { EtlError } from '@retail-etl/contracts';
import { findRun, readDatabaseTime, type Run } from '@retail-etl/ledger';
import { hasRunResults } from '@retail-etl/staging';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { requireRun } from './require-run.js';

const DAY_MS = 86_400_000;

/** Throws GONE if the run's files have been removed by age, NOT_FOUND if it has none (yet). */
async function requireRunFiles({ database, config }: GatewayDeps, run: Run, what: string): Promise<void> {
  const { dataDir, runRetentionDays: retentionDays } = config;
  if (await hasRunResults(dataDir, run.runId)) return;
  const isOld = run.finishedAt !== null && (await readDatabaseTime(database)).getTime() - run.finishedAt.getTime() > retentionDays * DAY_MS;
  if (isOld) throw new EtlError('GONE', `the ${what} of run ${run.runId} was removed after ${retentionDays} days`);
  throw new EtlError('NOT_FOUND', `run ${run.runId} has no ${what}: it is ${run.state}`);
}

/** The run of this id whose files (`what`, such as rejects) are still there. Throws NOT_FOUND or GONE. */
export async function findRunWithFiles(deps: GatewayDeps, id: string, what: string): Promise<Run> {
  const run = requireRun(await findRun(deps.database, id), id);
  await requireRunFiles(deps, run, what);
  return run;
}

/** In the OpenAPI document: the answer is a CSV file. */
export const csvAnswer = { description: 'A CSV file', content: { 'text/csv': { schema: Type.String() } } } as const;

/** The headers of a CSV file that a browser saves under `name`. */
export const attachment = (name: string): Record<string, string> => ({
  'content-type': 'text/csv; charset=utf-8',
  'content-disposition': `attachment; filename="${name}"`,
});
