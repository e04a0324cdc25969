import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';
import { type Database, execute, select } from './database.js';

/** `create` (such as `CREATE TEMPORARY TABLE`), the name and the columns of a table that holds a summary. */
export function summaryTableSql(create: string, table: string): string {
  const columns = SUMMARY_COLUMNS.map(({ name, type }) => `${name} ${type} NOT NULL`);
  return `${create} ${table} (${columns.join(', ')}, PRIMARY KEY (${SALES_SUMMARY.key.name})) ENGINE=InnoDB`;
}

/** Creates the target table if it is absent. Throws MYSQL_UNAVAILABLE or MYSQL_REFUSED. */
export async function createSummaryTable(database: Database): Promise<void> {
  await execute(database, 'creating the target table', summaryTableSql('CREATE TABLE IF NOT EXISTS', SALES_SUMMARY.name));
  await refuseOtherEngine(database);
}

/** A target that was there before may be of an engine without transactions: readers would see it half replaced. */
async function refuseOtherEngine(database: Database): Promise<void> {
  const { name } = SALES_SUMMARY;
  const [table] = await select<{ engine: string | null }>(
    database,
    'looking at the target',
    'SELECT ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [name],
  );
  if (table?.engine?.toLowerCase() === 'innodb') return;
  const engine = table?.engine ?? 'unknown';
  throw new EtlError('MYSQL_REFUSED', `MySQL: ${name} is of engine ${engine}; it has to be InnoDB (ALTER TABLE ${name} ENGINE = InnoDB)`);
}
