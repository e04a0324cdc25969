import type { StageReport } from '@retail-etl/contracts';
import { addDecimals, type RunTotals, type SourceBooks } from '@retail-etl/sales';
import type { ExtractManifest, MergedFile, PartialManifest, PlanManifest, SummaryManifest } from '@retail-etl/staging';

/** The totals of a run, from the books of its sources and the sums of its summary. */
export function addUp(books: readonly SourceBooks[], summary: Omit<MergedFile, 'file' | 'shape'>): RunTotals {
  const sum = (count: (each: SourceBooks) => number): number => books.reduce((total, each) => total + count(each), 0);
  return {
    rowsRead: sum((each) => each.rowsRead),
    rowsAccepted: sum((each) => each.rowsAccepted),
    rowsRejected: sum((each) => each.rowsRejected),
    rowsSkipped: sum((each) => each.rowsSkipped),
    products: summary.products,
    quantity: summary.quantity,
    amount: addDecimals([summary.amount]),
    publishedAmount: summary.publishedAmount,
    ...(summary.returned === undefined ? {} : { returned: { quantity: summary.returned.quantity, amount: summary.returned.amount } }),
  };
}

/** When the stages so far began and ended, and how many jobs each took. */
export function stageReports(
  plan: PlanManifest,
  allExtracts: readonly ExtractManifest[],
  allPartials: readonly PartialManifest[],
  summary: SummaryManifest,
): StageReport[] {
  // What an earlier run has made took none of this run's time.
  const extracts = allExtracts.filter((_, index) => plan.partitions[index]?.isReused !== true);
  const partials = allPartials.filter(({ startedAt }) => startedAt >= plan.startedAt);
  const first = (times: readonly string[]): string => times.reduce((a, b) => (a < b ? a : b));
  const last = (times: readonly string[]): string => times.reduce((a, b) => (a > b ? a : b));
  return [
    {
      name: 'extract',
      startedAt: plan.startedAt,
      finishedAt: last([plan, ...extracts].map((step) => step.finishedAt)),
      jobs: 1 + extracts.length,
    },
    {
      name: 'transform',
      startedAt: first([summary, ...partials].map((step) => step.startedAt)),
      finishedAt: summary.finishedAt,
      jobs: 1 + partials.length,
    },
  ];
}
