/*
 * A set-up as a process of its own, for the tests that kill it: migrates the ledger of MYSQL_URL with the migrations of the folder
 * MIGRATIONS, and dies at CRASH, such as `migrate.after-statement:3`.
 */
import { parseCrashPlan, planCrash } from '@retail-etl/faults';
import { migrateLedger, readMigrations } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';

const { MYSQL_URL = '', MIGRATIONS, CRASH } = process.env;
const crash = CRASH === undefined ? undefined : parseCrashPlan(CRASH);
if (CRASH !== undefined && crash === undefined) throw new Error(`${CRASH} is no crash point`);
if (crash !== undefined) planCrash(crash);
const database = openDatabase(MYSQL_URL, { connectionsMax: 1 });
try {
  await migrateLedger(database, { migrations: readMigrations(MIGRATIONS) });
} finally {
  await database.end();
}
