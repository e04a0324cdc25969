import type { OutcomeCounts, TriedRow } from '@retail-etl/inspecting';
import { counted } from './layout.js';

/** `9,648 records: 9,644 accepted, 4 rejected (4 non_positive_quantity)` */
export function countsInWords({ records, accepted, rejected, skipped, reasons }: OutcomeCounts): string {
  const causes = Object.entries(reasons).map(([reason, rows]) => `${rows.toLocaleString('en-US')} ${reason}`);
  return [
    `${counted(records, 'record')}: ${accepted.toLocaleString('en-US')} accepted`,
    `${rejected.toLocaleString('en-US')} rejected${causes.length === 0 ? '' : ` (${causes.join(', ')})`}`,
    ...(skipped === 0 ? [] : [`${skipped.toLocaleString('en-US')} skipped`]),
  ].join(', ');
}

/** What a run counts of a row, or why it does not. */
export function outcomeInWords({ judged }: TriedRow): string {
  if (judged === null) return 'malformed_row';
  const { outcome, quantity, amount, day } = judged;
  if (outcome.kind === 'rejected') return outcome.reason;
  if (outcome.kind === 'skipped') return `skipped: ${outcome.says}`;
  return `${plainQuantity(quantity ?? '')} for ${plainAmount(amount ?? '')} on ${day ?? ''}`;
}

/** `2.212000` as `2.212`, `3.000000` as `3`. */
const plainQuantity = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);

/** `600000.000000` as `600000.00`. */
const plainAmount = (text: string): string => text.replace(/(\.\d\d\d*?)0*$/, '$1');
