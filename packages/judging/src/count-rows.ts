import { type DuckDbConnection, quoteText, readRows } from '@retail-etl/duckdb';
import { decimalText, decimalUnits, REJECT_REASONS, type RejectCounts } from '@retail-etl/sales';
import type { PartialBooks } from '@retail-etl/staging';
import { malformedRows } from './further-rows.js';
import { ACCEPTED, isRejected, OUTSIDE, type Rules, skippedBy } from './rules/judge-rows.js';

/** Rows of one segment with one outcome. */
export interface RowCount {
  readonly segment: number;
  readonly outcome: number;
  readonly rows: number;
  readonly groups: number;
  /** Groups whose texts are not carried along. */
  readonly withoutTexts: number;
  /** Null if none of the rows has any. */
  readonly quantity: string | null;
  readonly amount: string | null;
  readonly returnedQuantity: string | null;
  readonly returnedAmount: string | null;
}

/** What a partial and the malformed rows beside it hold, by segment and outcome. */
export async function countRows(
  connection: DuckDbConnection,
  partialPath: string,
  { malformedPath, rules }: { readonly malformedPath: string | null; readonly rules: Rules },
): Promise<RowCount[]> {
  const sums = ['quantity', 'amount', ...(rules.model.hasReturned ? ['returned_quantity', 'returned_amount'] : [])];
  const counted = await readRows(
    connection,
    'counting rows',
    `SELECT segment, outcome, sum(rows) AS rows, count(*) AS groups, count(*) - count(texts) AS without_texts, ${sums.map((name) => `sum(${name}) AS ${name}`).join(', ')}
     FROM read_parquet(${quoteText(partialPath)}) GROUP BY segment, outcome
     ${malformedPath === null ? '' : `UNION ALL BY NAME SELECT segment, 1 AS outcome, count(*) AS rows FROM (${malformedRows(malformedPath)}) GROUP BY segment`}`,
  );
  return counted.map(
    ([segment, outcome, rows, groups, withoutTexts, quantity = null, amount = null, returnedQuantity = null, returnedAmount = null]) => ({
      segment: Number(segment),
      outcome: Number(outcome),
      rows: Number(rows),
      groups: Number(groups),
      withoutTexts: Number(withoutTexts),
      quantity,
      amount,
      returnedQuantity,
      returnedAmount,
    }),
  );
}

/** The books of one segment. */
export function countBooks(file: string | null, counts: readonly RowCount[], { model, source }: Rules): PartialBooks {
  const count = (isCounted: (outcome: number) => boolean): number =>
    counts.reduce((sum, { outcome, rows }) => sum + (isCounted(outcome) ? rows : 0), 0);
  const rejectsByReason: RejectCounts = {};
  for (const [at, reason] of REJECT_REASONS.entries()) {
    const rejected = count((outcome) => outcome === at + 1);
    if (rejected > 0) rejectsByReason[reason] = rejected;
  }
  const causes = [
    ['outside the window', count((outcome) => outcome === OUTSIDE)] as const,
    ...source.skip.map(({ says }, rule) => [says, count((outcome) => outcome === skippedBy(rule))] as const),
  ];
  const skipped = causes.filter(([, rows]) => rows > 0);
  const accepted = counts.find(({ outcome }) => outcome === ACCEPTED);
  const shown = (text: string | null | undefined, decimals: number): string => decimalText(decimalUnits(text ?? '0'), decimals);
  return {
    file,
    rowsRead: count(() => true),
    rowsAccepted: count((outcome) => outcome === ACCEPTED),
    rowsRejected: count(isRejected),
    rowsSkipped: count((outcome) => outcome >= OUTSIDE),
    rejectsByReason,
    ...(source.skip.length === 0 || skipped.length === 0 ? {} : { skippedByCause: Object.fromEntries(skipped) }),
    quantity: shown(accepted?.quantity, model.quantityDecimals),
    amount: shown(accepted?.amount, 6),
    ...(model.hasReturned
      ? { returned: { quantity: shown(accepted?.returnedQuantity, model.quantityDecimals), amount: shown(accepted?.returnedAmount, 6) } }
      : {}),
  };
}
