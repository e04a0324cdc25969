import { type DuckDbConnection, readRows } from '@retail-etl/duckdb';
import type { Sums, SummaryShape } from '@retail-etl/sales';
import { fromSummaryCsv } from './read-summary.js';

/** A kept summary CSV. */
export interface SummaryFile {
  readonly path: string;
  readonly shape: SummaryShape;
}

export interface DifferencePage {
  /** A key column that both have. */
  readonly by: string;
  readonly offset: number;
  readonly limit: number;
}

/** Exact texts; null where there is no such row. */
export interface Difference {
  readonly key: string;
  readonly before: Sums | null;
  readonly after: Sums | null;
}

export interface SummaryDifferences {
  readonly totals: { readonly before: Sums; readonly after: Sums };
  /** Those that are not the same, the largest difference in amount first. */
  readonly rows: readonly Difference[];
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
}

/** What differs between two summaries, each summed by one key. */
export async function compareSummaries(
  connection: DuckDbConnection,
  before: SummaryFile,
  after: SummaryFile,
  { by, offset, limit }: DifferencePage,
): Promise<SummaryDifferences> {
  // Returns that are summed apart may differ where sales do not.
  const hasReturned = before.shape.returned !== null && after.shape.returned !== null;
  const returned = ({ returned: columns }: SummaryShape): string =>
    hasReturned ? `{q: sum(${columns!.quantity.name}), a: sum(${columns!.amount.name})}` : 'NULL';
  const sums = ({ path, shape }: SummaryFile): string =>
    `SELECT "${by}"::VARCHAR AS key, sum(${shape.quantity.name})::DECIMAL(38,6) AS quantity, sum(${shape.amount.name})::DECIMAL(38,6) AS amount, ${returned(shape)} AS returned
     ${fromSummaryCsv(path, shape)} GROUP BY ALL`;
  const joined = `WITH b AS (${sums(before)}), a AS (${sums(after)}),
    joined AS (SELECT key, b.quantity AS bq, b.amount AS ba, a.quantity AS aq, a.amount AS aa, b.returned IS DISTINCT FROM a.returned AS are_others FROM b FULL JOIN a USING (key))`;
  const [counts = []] = await readRows(
    connection,
    'comparing summaries',
    `${joined} SELECT count(*) FILTER (WHERE bq IS NULL), count(*) FILTER (WHERE aq IS NULL),
       count(*) FILTER (WHERE bq IS NOT NULL AND aq IS NOT NULL AND (bq <> aq OR ba <> aa OR are_others)),
       count(*) FILTER (WHERE bq = aq AND ba = aa AND NOT are_others),
       sum(bq), sum(ba), sum(aq), sum(aa) FROM joined`,
  );
  const rows = await readRows(
    connection,
    'comparing summaries',
    `${joined} SELECT key, bq, ba, aq, aa FROM joined WHERE bq IS DISTINCT FROM aq OR ba IS DISTINCT FROM aa OR are_others
     ORDER BY abs(coalesce(aa, 0) - coalesce(ba, 0)) DESC, key LIMIT ${limit} OFFSET ${offset}`,
  );
  const [added = 0, removed = 0, changed = 0, unchanged = 0] = counts.slice(0, 4).map(Number);
  const [bq, ba, aq, aa] = counts.slice(4).map((sum) => sum ?? '0');
  const totals = { before: { quantity: bq!, amount: ba! }, after: { quantity: aq!, amount: aa! } };
  return { rows: rows.map(toDifference), totals, added, removed, changed, unchanged };
}

function toDifference([key, beforeQuantity, beforeAmount, afterQuantity, afterAmount]: readonly (string | null)[]): Difference {
  const sums = (quantity: string | null = null, amount: string | null = null): Sums | null =>
    quantity === null || amount === null ? null : { quantity, amount };
  return { key: key ?? '', before: sums(beforeQuantity, beforeAmount), after: sums(afterQuantity, afterAmount) };
}
