import { migrateLedger, type MigrateOptions } from '@retail-etl/ledger';
import { createSummaryTable, openDatabase } from '@retail-etl/mysql';

/**
 * Creates or changes what this version needs in the database of `mysqlUrl`: the ledger, then the target table. Safe to repeat. Throws
 * what `migrateLedger` and `createSummaryTable` throw; a target that does not fit keeps nothing else from being done.
 */
export async function createSchema(mysqlUrl: string, options: Pick<MigrateOptions, 'say'> = {}): Promise<void> {
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  try {
    await migrateLedger(database, options);
    await createSummaryTable(database);
  } finally {
    await database.end();
  }
}
