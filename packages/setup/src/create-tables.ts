import { migrateLedger, type MigrateOptions } from '@retail-etl/ledger';
import { createSummaryTable, openDatabase } from '@retail-etl/mysql';

/**
 * Creates or changes what this version needs in the database of `mysqlUrl`: the target table, then the ledger. Safe to repeat. Throws
 * what `createSummaryTable` and `migrateLedger` throw.
 */
export async function createSchema(mysqlUrl: string, options: Pick<MigrateOptions, 'say'> = {}): Promise<void> {
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  try {
    await createSummaryTable(database);
    await migrateLedger(database, options);
  } finally {
    await database.end();
  }
}
