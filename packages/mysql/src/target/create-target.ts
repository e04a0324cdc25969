import { SALES_SUMMARY } from '@retail-etl/sales';
import { type Database, execute, withConnection } from '../database.js';
import { checkTarget } from './check-target.js';
import { summaryTableSql } from './summary-table.js';

/** Creates the target table if it is absent. Throws TARGET_UNFIT if one is there that does not fit, and what `mysqlError` makes. */
export async function createSummaryTable(database: Database): Promise<void> {
  await withConnection(database, 'creating the target table', async (connection) => {
    await execute(connection, 'creating the target table', summaryTableSql('CREATE TABLE IF NOT EXISTS', SALES_SUMMARY.name));
    await checkTarget(connection);
  });
}
