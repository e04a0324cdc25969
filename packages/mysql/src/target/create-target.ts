import { SALES_SUMMARY, type SummaryShape } from '@retail-etl/sales';
import { type Database, execute, withConnection } from '../database.js';
import { checkTarget } from './check-target.js';
import { summaryTableSql } from './summary-table.js';

/** Creates the target tables that are absent. Throws TARGET_UNFIT if one is there that does not fit, and what `mysqlError` makes. */
export async function createSummaryTables(database: Database, shapes: readonly SummaryShape[] = [SALES_SUMMARY]): Promise<void> {
  await withConnection(database, 'creating the target tables', async (connection) => {
    for (const shape of shapes)
      await execute(connection, `creating ${shape.name}`, summaryTableSql('CREATE TABLE IF NOT EXISTS', shape.name, shape));
    for (const shape of shapes) await checkTarget(connection, shape);
  });
}
