import { crashPoint } from '@retail-etl/faults';
import type { RunStepData } from '@retail-etl/contracts';
import { type RunFindings, SALES_SUMMARY } from '@retail-etl/sales';
import { confirmRun, hasPublished, takeFence } from '@retail-etl/ledger';
import { type Connection, type Database, endQuiet, execute, mysqlError } from '@retail-etl/mysql';
import type { SummaryManifest } from '@retail-etl/staging';
import { STAGED_TABLE, verifyTable } from './stage-summary.js';

/**
 * Replaces the target by the staged summary in one transaction on the connection that holds it. Readers see the old result, then
 * the new one. Unchanged rows are not touched. Throws SUPERSEDED if a newer run has published, and the abort reason if the run
 * has ended meanwhile; nothing is changed then.
 */
export async function publishSummary(
  connection: Connection,
  database: Database,
  data: RunStepData,
  summary: SummaryManifest,
  findings: Partial<RunFindings>,
): Promise<void> {
  let seq: number;
  try {
    await endQuiet(connection);
    await execute(connection, 'publishing', 'START TRANSACTION');
    crashPoint('load.before-fence');
    seq = await takeFence(connection, data.runId);
    crashPoint('load.after-fence');
    await mergeByKey(connection);
    await verifyTable(connection, SALES_SUMMARY.name, summary);
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
}

async function mergeByKey(connection: Connection): Promise<void> {
  await execute(
    connection,
    'removing products',
    `DELETE t FROM ${SALES_SUMMARY.name} t LEFT JOIN ${STAGED_TABLE} s ON s.product_id = t.product_id WHERE s.product_id IS NULL`,
    [],
    'table',
  );
  await execute(
    connection,
    'changing products',
    `UPDATE ${SALES_SUMMARY.name} t JOIN ${STAGED_TABLE} s ON s.product_id = t.product_id
     SET t.total_quantity = s.total_quantity, t.total_sale_amount = s.total_sale_amount
     WHERE t.total_quantity <> s.total_quantity OR t.total_sale_amount <> s.total_sale_amount`,
    [],
    'table',
  );
  await execute(
    connection,
    'adding products',
    `INSERT INTO ${SALES_SUMMARY.name} (product_id, total_quantity, total_sale_amount)
     SELECT s.product_id, s.total_quantity, s.total_sale_amount
     FROM ${STAGED_TABLE} s LEFT JOIN ${SALES_SUMMARY.name} t ON t.product_id = s.product_id WHERE t.product_id IS NULL`,
    [],
    'table',
  );
}
