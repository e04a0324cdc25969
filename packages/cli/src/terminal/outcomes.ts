import type { FileTrial, TriedRow } from '@retail-etl/inspecting';
import { counted } from './layout.js';

/** What became of the records of a file, in numbers. */
export interface OutcomeCounts {
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly skipped: number;
  /** By reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

export function countOutcomes({ read, malformed, judged }: Pick<FileTrial, 'read' | 'malformed' | 'judged'>): OutcomeCounts {
  const rowsOf = (kind: string): number =>
    (judged?.counts ?? []).reduce((sum, { outcome, rows }) => sum + (outcome.kind === kind ? rows : 0), 0);
  const reasons: Record<string, number> = malformed === 0 ? {} : { malformed_row: malformed };
  for (const { outcome, rows } of judged?.counts ?? []) if (outcome.kind === 'rejected') reasons[outcome.reason] = rows;
  return {
    records: read?.records ?? 0,
    accepted: rowsOf('accepted'),
    rejected: rowsOf('rejected') + malformed,
    skipped: rowsOf('skipped'),
    reasons,
  };
}

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
