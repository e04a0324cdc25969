import { crashPoint } from '@retail-etl/faults';
import { EtlError, isTerminal, type RunStepData } from '@retail-etl/contracts';
import { type RunFindings, SALES_SUMMARY } from '@retail-etl/sales';
import { addFindings, selectRuns } from '@retail-etl/ledger';
import { type Connection, type Database, endQuiet, execute, mysqlError, select, withTransaction } from '@retail-etl/mysql';
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
    seq = await fence(connection, data);
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

/** True if the target shows this run. Waits for a transaction that is about to say so. */
export async function hasPublished(database: Database, seq: number): Promise<boolean> {
  return withTransaction(database, 'reading what is published', async (connection) => {
    const [row] = await select<{ seq: number | string }>(
      connection,
      'reading what is published',
      'SELECT seq FROM etl_published WHERE id = 1 FOR UPDATE',
    );
    return row !== undefined && Number(row.seq) === seq;
  });
}

/** Takes the place in the order of publications, or throws SUPERSEDED. Others who publish wait here for this transaction. */
async function fence(connection: Connection, { runId }: RunStepData): Promise<number> {
  const [run] = await selectRuns(connection, 'taking the fence', 'run_id = ?', [runId]);
  if (run === undefined) throw new EtlError('INTERNAL', `run ${runId} is not in the ledger`);
  const fenced = await execute(
    connection,
    'taking the fence',
    'UPDATE etl_published SET seq = ?, run_id = ?, published_at = UTC_TIMESTAMP(3) WHERE id = 1 AND seq < ?',
    [run.seq, runId, run.seq],
  );
  if (fenced.affectedRows !== 1) throw new EtlError('SUPERSEDED', `a newer run than ${runId} has been published`);
  return run.seq;
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

async function confirmRun(connection: Connection, data: RunStepData, findings: Partial<RunFindings>): Promise<void> {
  const [run] = await selectRuns(connection, 'confirming the run', 'run_id = ? FOR UPDATE', [data.runId]);
  if (run === undefined || run.epoch !== data.epoch || isTerminal(run.state))
    throw new EtlError('RUN_STATE', `run ${data.runId} has ended`);
  await addFindings(connection, data.runId, findings);
  await execute(connection, 'confirming the run', 'UPDATE etl_runs SET committed_at = UTC_TIMESTAMP(3) WHERE run_id = ?', [data.runId]);
}
