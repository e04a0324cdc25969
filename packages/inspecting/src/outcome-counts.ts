import type { FileTrial } from './try-source.js';

/** What became of the records of a file, in numbers. */
export interface OutcomeCounts {
  readonly records: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly skipped: number;
  /** By reason, malformed records first. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Of a file that cannot be read, all are zero. */
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
