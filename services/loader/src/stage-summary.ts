import { type Engine, streamSummary } from '@retail-etl/columnar';
import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute, select } from '@retail-etl/ledger';
import type { SummaryManifest } from '@retail-etl/staging';
import { openSummaryCsv } from './write-summary-csv.js';

/** Holds the run's summary next to the target, in a table that only this connection sees and that goes with it. */
export const STAGED_TABLE = 'staged_summary';

/** Rows of one INSERT: about 80 KB of text. */
const BATCH_ROWS = 2_048;

/**
 * Brings the summary's rows, in one pass, into the connection's temporary table and into a new CSV file, so that both hold the
 * same. Throws BOOKS_UNBALANCED unless the table then holds what the manifest says.
 */
export async function stageSummary(
  connection: Connection,
  engine: Engine,
  summaryPath: string,
  summary: SummaryManifest,
  csvPath: string,
  signal: AbortSignal,
): Promise<void> {
  await dropStagedTable(connection);
  await execute(
    connection,
    'making the staging table',
    `CREATE TEMPORARY TABLE ${STAGED_TABLE} (
       product_id BIGINT NOT NULL PRIMARY KEY, total_quantity BIGINT NOT NULL, total_sale_amount DECIMAL(20,2) NOT NULL
     ) ENGINE=InnoDB`,
  );
  const csv = openSummaryCsv(csvPath);
  const source = await engine.connect();
  try {
    let batch: string[] = [];
    const insert = async (): Promise<void> => {
      if (batch.length === 0) return;
      signal.throwIfAborted();
      await execute(connection, 'filling the staging table', `INSERT INTO ${STAGED_TABLE} VALUES ${batch.join(',')}`);
      batch = [];
    };
    for await (const rows of streamSummary(source, summaryPath)) {
      // Whole and decimal numbers as DuckDB prints them: nothing to escape.
      for (const [productId, quantity, amount] of rows) batch.push(`(${productId},${quantity},${amount})`);
      await csv.write(rows);
      if (batch.length >= BATCH_ROWS) await insert();
    }
    await insert();
    await csv.finish();
  } catch (error) {
    csv.abandon();
    throw error;
  } finally {
    source.closeSync();
  }
  await verifyTable(connection, STAGED_TABLE, summary);
}

/** Throws BOOKS_UNBALANCED, with the figures, unless the table holds as many products, pieces and money as the summary. */
export async function verifyTable(connection: Connection, table: string, summary: SummaryManifest): Promise<void> {
  const [found] = await select<{ products: number | string; quantity: string; amount: string }>(
    connection,
    `adding up ${table}`,
    `SELECT COUNT(*) AS products, CAST(COALESCE(SUM(total_quantity), 0) AS CHAR) AS quantity,
       CAST(COALESCE(SUM(total_sale_amount), 0) AS CHAR) AS amount FROM ${table}`,
  );
  const text = `${found?.products} products, quantity ${found?.quantity}, amount ${found?.amount}`;
  const expected = `${summary.products} products, quantity ${summary.quantity}, amount ${summary.publishedAmount}`;
  if (text !== expected) throw new EtlError('BOOKS_UNBALANCED', `${table} holds ${text}; the summary has ${expected}`);
}

/** The connection goes back to its pool afterwards, so the table would stay. */
export async function dropStagedTable(connection: Connection): Promise<void> {
  await execute(connection, 'removing the staging table', `DROP TEMPORARY TABLE IF EXISTS ${STAGED_TABLE}`);
}
