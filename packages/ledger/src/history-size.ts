import { type Database, select } from '@retail-etl/mysql';

/** How many rows of each kind the ledger keeps for people to look back at. */
export interface HistorySize {
  readonly runs: number;
  readonly auditLines: number;
  readonly alerts: number;
}

/** Counts what the ledger keeps; goes through an index of each table. */
export async function readHistorySize(database: Database): Promise<HistorySize> {
  const [row] = await select<Record<keyof HistorySize, number | string>>(
    database,
    'counting what is kept',
    `SELECT (SELECT COUNT(*) FROM etl_runs) AS runs, (SELECT COUNT(*) FROM etl_audit) AS auditLines,
            (SELECT COUNT(*) FROM etl_alerts) AS alerts`,
    [],
    'table',
  );
  return { runs: Number(row?.runs ?? 0), auditLines: Number(row?.auditLines ?? 0), alerts: Number(row?.alerts ?? 0) };
}
