import type { RejectCounts, RunReport } from '@retail-etl/sales';
import { formatCount, formatTable } from './format.js';

/** Where every row went: a line for each table and file, the totals, and the balance. */
export function formatBooks({ sources, totals }: Pick<RunReport, 'sources' | 'totals'>): string[] {
  const header = ['source', 'read', 'accepted', 'rejected', 'skipped', 'rejected because'];
  const lines = sources.map((books) => [
    books.file === null ? books.source : `${books.source} ${books.file}`,
    ...[books.rowsRead, books.rowsAccepted, books.rowsRejected, books.rowsSkipped].map(formatCount),
    formatReasons(books.rejectsByReason),
  ]);
  if (totals === null) return formatTable([header, ...lines], [1, 2, 3, 4]);
  const counts = [totals.rowsRead, totals.rowsAccepted, totals.rowsRejected, totals.rowsSkipped] as const;
  const table = formatTable([header, ...lines, ['all', ...counts.map(formatCount)]], [1, 2, 3, 4]);
  const [read, accepted, rejected, skipped] = counts;
  const verdict = read === accepted + rejected + skipped ? 'balanced' : 'NOT BALANCED';
  const balance = `${formatCount(read)} read = ${formatCount(accepted)} accepted + ${formatCount(rejected)} rejected + ${formatCount(skipped)} skipped`;
  return [...table, '', `${balance}: ${verdict}`];
}

/** `missing_value 2, non_positive_quantity 1`, the most frequent first. */
function formatReasons(reasons: RejectCounts): string {
  return Object.entries(reasons)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason} ${formatCount(count)}`)
    .join(', ');
}
