import { EtlError } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';

/** The run, or NOT_FOUND. */
export function requireRun(run: Run | undefined, id: string): Run {
  if (run === undefined) throw new EtlError('NOT_FOUND', `there is no run ${id}`);
  return run;
}
