import { openDatabase } from '@retail-etl/mysql';
import { migrateLedger, type MigrateOptions } from './migrate.js';
import { createTarget } from './target.js';

/**
 * Creates or changes what this version needs in the database of `mysqlUrl`: the target table, then the ledger. Safe to repeat. Throws
 * what `createTarget` and `migrateLedger` throw.
 */
export async function createSchema(mysqlUrl: string, options: Pick<MigrateOptions, 'say'> = {}): Promise<void> {
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  try {
    await createTarget(database);
    await migrateLedger(database, options);
  } finally {
    await database.end();
  }
}
