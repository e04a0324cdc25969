import type { RunState } from '@retail-etl/contracts';
import type { RunFindings } from '@retail-etl/sales';

/** What of a run the rule looks at. */
interface Judged {
  readonly seq: number;
  readonly state: RunState;
  readonly findings: Pick<RunFindings, 'error'>;
}

/** What the rule below has to know besides the run. */
export interface RetryFacts {
  /** The `seq` of the run that the target shows; 0 if none was published. */
  readonly publishedSeq: number;
  /** True if the run's plan is still staged, so that a retry would read the same files as they were. */
  readonly hasPlan: boolean;
}

/**
 * Why a run cannot be retried, as the end of a sentence; null if it can. Both the offer and the refusal of a retry ask here. A retry that is
 * allowed may fail again; one that is refused would have to.
 */
export function retryRefusal(run: Judged, { publishedSeq, hasPlan }: RetryFacts): string | null {
  if (run.state !== 'failed') return `it is ${run.state}`;
  if (publishedSeq > run.seq) return 'a newer run has been published since; start a new run';
  if (needsPlan(run) && hasPlan) return 'it keeps to the files that it has planned, and one of them has changed; start a new run';
  return null;
}

/** True for a run of which the rule has to know whether its plan is still there. */
export const needsPlan = ({ state, findings }: Omit<Judged, 'seq'>): boolean =>
  state === 'failed' && findings.error?.code === 'FILE_CHANGED';
