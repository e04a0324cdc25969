import type { RunState } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
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

/** The newest run that knows its books, so that its rows and files can be shown; undefined if none does. */
export async function lastRunWithBooks(database: Database): Promise<Run | undefined> {
  const runs = await selectRuns(
    database,
    'reading the last run',
    "state IN ('published', 'previewed', 'failed', 'superseded') ORDER BY seq DESC LIMIT 20",
  );
  return runs.find((run) => run.findings.sources.length > 0);
}

/** Runs that ended before `before` and may still have files; oldest first. */
export async function runsEndedBefore(database: Database, runIds: readonly string[], before: Date): Promise<Set<string>> {
  if (runIds.length === 0) return new Set();
  const rows = await select<{ run_id: string }>(
    database,
    'looking for old runs',
    `SELECT run_id FROM etl_runs WHERE finished_at < ? AND run_id IN (${runIds.map(() => '?').join(', ')})`,
    [before, ...runIds],
  );
  return new Set(rows.map((row) => row.run_id));
}

/** The runs among these that the ledger knows. */
export async function selectRunsById(database: Database, runIds: readonly string[]): Promise<Run[]> {
  if (runIds.length === 0) return [];
  return selectRuns(database, 'reading runs', `run_id IN (${runIds.map(() => '?').join(', ')})`, runIds);
}

export interface SummaryPage {
  /** The beginning of a product id; empty for all. */
  readonly prefix: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

export interface ProductTotal {
  readonly productId: string;
  readonly quantity: string;
  readonly amount: string;
}

const SORT_COLUMNS = { product: 'product_id', quantity: 'total_quantity', amount: 'total_sale_amount' } as const;

/** A page of the published table, and how many products match. */
export async function readSummary(database: Database, page: SummaryPage): Promise<{ products: ProductTotal[]; total: number }> {
  const where = page.prefix === '' ? '' : 'WHERE CAST(product_id AS CHAR) LIKE ?';
  const values = page.prefix === '' ? [] : [`${page.prefix}%`];
  const order = page.order === 'asc' ? 'ASC' : 'DESC';
  const tie = page.sort === 'product' ? '' : ', product_id';
  const [counted] = await select<{ count: number | string }>(
    database,
    'counting products',
    `SELECT COUNT(*) AS count FROM ${SALES_SUMMARY.name} ${where}`,
    values,
  );
  const products = await select<ProductTotal>(
    database,
    'reading the summary',
    `SELECT CAST(product_id AS CHAR) AS productId, CAST(total_quantity AS CHAR) AS quantity, CAST(total_sale_amount AS CHAR) AS amount
     FROM ${SALES_SUMMARY.name} ${where} ORDER BY ${SORT_COLUMNS[page.sort]} ${order}${tie} LIMIT ? OFFSET ?`,
    [...values, page.limit, page.offset],
  );
  return { products, total: Number(counted?.count ?? 0) };
}
