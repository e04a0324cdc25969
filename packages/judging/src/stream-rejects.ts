import { type DuckDbConnection, quoteText, streamTexts } from '@retail-etl/duckdb';
import { SALES_COLUMNS } from '@retail-etl/sales';
import type { RejectFiles } from '@retail-etl/staging';

/**
 * A run's rejects: those of a table by sale, those of files by file and record, in the columns of rejects.csv after `run_id`, in batches of
 * up to 2,048. At most `limit`, if one is given.
 */
export function streamRejects(
  connection: DuckDbConnection,
  { paths, haveSource, haveLines }: RejectFiles,
  limit?: number,
): AsyncGenerator<(string | null)[][]> {
  if (paths.length === 0) return noRows();
  const source = haveSource ? 'source' : `CASE WHEN file IS NULL THEN 'online_sales' ELSE 'store_sales' END AS source`;
  const sql = `
    SELECT ${source}, file, record::VARCHAR, reason, ${SALES_COLUMNS.join(', ')}, raw, ${haveLines ? 'lines::VARCHAR' : 'NULL'} AS lines
    FROM read_parquet([${paths.map(quoteText).join(', ')}]) r
    ORDER BY source, file, r.record, TRY_CAST(sale_id AS BIGINT), sale_id${limit === undefined ? '' : ` LIMIT ${limit}`}`;
  return streamTexts(connection, 'reading rejects', sql);
}

async function* noRows(): AsyncGenerator<never> {}
