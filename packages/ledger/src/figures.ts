import type { RunState } from '@retail-etl/contracts';
import { type Database, select } from '@retail-etl/mysql';
import { type Run, selectRuns } from './run-row.js';

/** How many runs are in each state. */
export async function countRunsByState(database: Database): Promise<Map<RunState, number>> {
  const rows = await select<{ state: RunState; count: number | string }>(
    database,
    'counting runs',
    'SELECT state, COUNT(*) AS count FROM etl_runs GROUP BY state',
  );
  return new Map(rows.map((row) => [row.state, Number(row.count)]));
}

/** The newest run that has read the sources and knows its books, so that its rows and files can be shown; undefined if none does. */
export async function lastRunWithBooks(database: Database): Promise<Run | undefined> {
  const runs = await selectRuns(
    database,
    'reading the last run',
    "state IN ('published', 'previewed', 'failed', 'superseded') ORDER BY seq DESC LIMIT 20",
  );
  return runs.find((run) => run.findings.sources.length > 0 && run.findings.madeBy === undefined);
}

/** Which of these runs ended more than `days` ago by MySQL's clock. */
export async function runsEndedBefore(database: Database, runIds: readonly string[], days: number): Promise<Set<string>> {
  if (runIds.length === 0) return new Set();
  const rows = await select<{ run_id: string }>(
    database,
    'looking for old runs',
    `SELECT run_id FROM etl_runs WHERE finished_at < UTC_TIMESTAMP(3) - INTERVAL ? DAY AND run_id IN (${runIds.map(() => '?').join(', ')})`,
    [days, ...runIds],
  );
  return new Set(rows.map((row) => row.run_id));
}

/** The runs among these that the ledger knows. */
export async function selectRunsById(database: Database, runIds: readonly string[]): Promise<Run[]> {
  if (runIds.length === 0) return [];
  return selectRuns(database, 'reading runs', `run_id IN (${runIds.map(() => '?').join(', ')})`, runIds);
}
