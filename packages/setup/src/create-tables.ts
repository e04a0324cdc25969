import { migrateLedger, type MigrateOptions } from '@retail-etl/ledger';
import type { SummaryShape } from '@retail-etl/sales';
import { createSummaryTables, openDatabase } from '@retail-etl/mysql';

/**
 * Creates or changes what this version needs in the database of `mysqlUrl`: the ledger, then the target tables. Safe to repeat. Throws
 * what `migrateLedger` and `createSummaryTables` throw; a target that does not fit keeps nothing else from being done.
 */
export async function createSchema(
  mysqlUrl: string,
  options: Pick<MigrateOptions, 'say'> & { readonly summaries?: readonly SummaryShape[] } = {},
): Promise<void> {
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  try {
    await migrateLedger(database, options);
    await createSummaryTables(database, options.summaries);
  } finally {
    await database.end();
  }
}
