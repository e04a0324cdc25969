import type { Connection } from './engine.js';
import { columnarError } from './run-sql.js';
import { quote } from './sql-text.js';

/** The rows of a SELECT of text columns, in batches of up to 2,048, without holding more than a few in memory. */
async function* streamText(connection: Connection, action: string, sql: string): AsyncGenerator<(string | null)[][]> {
  try {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows() as (string | null)[][];
    }
  } catch (cause) {
    throw columnarError(cause, action);
  }
}

/**
 * A run's rejects: those of the table by sale, those of files by file and record, in the columns of rejects.csv after `run_id`.
 * `paths` as the run's rejects manifest lists them.
 */
export function streamRejects(connection: Connection, paths: readonly string[], limit?: number): AsyncGenerator<(string | null)[][]> {
  if (paths.length === 0) return noRows();
  const sql = `
    SELECT CASE WHEN file IS NULL THEN 'online_sales' ELSE 'store_sales' END AS source, file, record::VARCHAR, reason,
      sale_id, product_id, quantity, sale_amount, sale_date, raw
    FROM read_parquet([${paths.map(quote).join(', ')}]) r
    ORDER BY source, file, r.record, TRY_CAST(sale_id AS BIGINT)${limit === undefined ? '' : ` LIMIT ${limit}`}`;
  return streamText(connection, 'reading rejects', sql);
}

async function* noRows(): AsyncGenerator<never> {}
