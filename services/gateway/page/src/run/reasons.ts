import type { Reject } from '../api/run-queries.js';

/** `invalid_sale_id` as "invalid sale id". */
export const reasonText = (reason: string): string => reason.replaceAll('_', ' ');

export const REJECT_CELLS = ['saleId', 'productId', 'quantity', 'saleAmount', 'saleDate'] as const;
export type RejectCell = (typeof REJECT_CELLS)[number];

const OFFENDERS: Readonly<Record<string, readonly RejectCell[]>> = {
  invalid_sale_id: ['saleId'],
  invalid_product_id: ['productId'],
  invalid_quantity: ['quantity'],
  invalid_amount: ['saleAmount'],
  invalid_date: ['saleDate'],
  non_positive_quantity: ['quantity'],
  non_positive_amount: ['saleAmount'],
  mixed_signs: ['quantity', 'saleAmount'],
};

/** True if this cell is why the row was rejected. A missing value is any cell without anything but space. */
export function isOffending(reject: Reject, cell: RejectCell): boolean {
  if (reject.reason === 'missing_value') return (reject[cell] ?? '').trim() === '';
  return OFFENDERS[reject.reason]?.includes(cell) ?? false;
}

/** How many rows of the run were rejected for each reason, most frequent first. */
export function countReasons(books: readonly { rejectsByReason: Readonly<Record<string, number | undefined>> }[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { rejectsByReason } of books) {
    for (const [reason, count = 0] of Object.entries(rejectsByReason)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts].filter(([, count]) => count > 0).sort(([, left], [, right]) => right - left);
}
