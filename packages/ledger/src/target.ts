import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { type Database, execute, select } from '@retail-etl/mysql';

/** Creates the target table if it is absent. Throws MYSQL_UNAVAILABLE or MYSQL_REFUSED. */
export async function createTarget(database: Database): Promise<void> {
  await execute(
    database,
    'creating tables',
    `CREATE TABLE IF NOT EXISTS ${SALES_SUMMARY.name} (
       product_id BIGINT NOT NULL PRIMARY KEY,
       total_quantity BIGINT NOT NULL,
       total_sale_amount DECIMAL(20,2) NOT NULL
     ) ENGINE=InnoDB`,
  );
  await refuseOtherEngine(database);
}

/** A target that was there before may be of an engine without transactions: readers would see it half replaced. */
async function refuseOtherEngine(database: Database): Promise<void> {
  const [table] = await select<{ engine: string | null }>(
    database,
    'looking at the target',
    'SELECT ENGINE AS engine FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?',
    [SALES_SUMMARY.name],
  );
  if (table?.engine?.toLowerCase() === 'innodb') return;
  throw new EtlError(
    'MYSQL_REFUSED',
    `MySQL: ${SALES_SUMMARY.name} is of engine ${table?.engine ?? 'unknown'}; it has to be InnoDB (ALTER TABLE ${SALES_SUMMARY.name} ENGINE = InnoDB)`,
  );
}
