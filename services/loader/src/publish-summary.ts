import type { RunStepData } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { confirmRun, hasPublished, takeFence } from '@retail-etl/ledger';
import { type Connection, type Database, execute, limitIdleTime, mysqlError } from '@retail-etl/mysql';
import type { Hold, RunFindings } from '@retail-etl/sales';
import type { RunSummary, Target } from './targets/target.js';

/** A target, and the summary that it is for. */
export interface TargetSummary {
  readonly target: Target;
  readonly summary: RunSummary;
}

export interface Publication {
  /** The targets' own; `database` is for when it is lost. */
  readonly connection: Connection;
  readonly database: Database;
  readonly data: RunStepData;
  readonly findings: Partial<RunFindings>;
}

/**
 * Publishes the staged summaries to all targets in one transaction. Readers see the old result, then the new one. Throws SUPERSEDED if a
 * newer run has published, and RUN_STATE if the run has ended meanwhile; nothing is changed then. Nor is anything if publications are held:
 * then it returns the hold, else null.
 */
export async function publishSummary(targets: readonly TargetSummary[], publication: Publication): Promise<Hold | null> {
  const { connection, database, data, findings } = publication;
  let seq: number;
  try {
    await limitIdleTime(connection);
    await execute(connection, 'publishing', 'START TRANSACTION');
    crashPoint('load.before-fence');
    const fence = await takeFence(connection, data.runId);
    seq = fence.seq;
    crashPoint('load.after-fence');
    if (fence.hold !== null) {
      await execute(connection, 'rolling back', 'ROLLBACK');
      return fence.hold;
    }
    for (const { target, summary } of targets) await target.publish(summary);
    // Last, so that a cancel waits for the commit alone: from here on the run's row is locked.
    await confirmRun(connection, data, findings);
    crashPoint('load.before-commit');
  } catch (error) {
    await execute(connection, 'rolling back', 'ROLLBACK').catch(() => undefined);
    throw mysqlError(error, 'publishing');
  }
  try {
    await execute(connection, 'committing', 'COMMIT');
  } catch (cause) {
    // A lost reply says nothing about the commit: the ledger does, once the lost session's locks are gone.
    if (!(await hasPublished(database, seq))) throw mysqlError(cause, 'committing');
  }
  crashPoint('load.after-commit');
  return null;
}
