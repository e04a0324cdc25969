import { type DuckDbConnection, streamTexts, quoteText } from '@retail-etl/duckdb';

/**
 * A run's rejects: those of the table by sale, those of files by file and record, in the columns of rejects.csv after `run_id`.
 * `paths` as the run's rejects manifest lists them.
 */
export function streamRejects(connection: DuckDbConnection, paths: readonly string[], limit?: number): AsyncGenerator<(string | null)[][]> {
  if (paths.length === 0) return noRows();
  const sql = `
    SELECT CASE WHEN file IS NULL THEN 'online_sales' ELSE 'store_sales' END AS source, file, record::VARCHAR, reason,
      sale_id, product_id, quantity, sale_amount, sale_date, raw
    FROM read_parquet([${paths.map(quoteText).join(', ')}]) r
    ORDER BY source, file, r.record, TRY_CAST(sale_id AS BIGINT)${limit === undefined ? '' : ` LIMIT ${limit}`}`;
  return streamTexts(connection, 'reading rejects', sql);
}

async function* noRows(): AsyncGenerator<never> {}
