import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { type Database, execute, openDatabase, select } from '@retail-etl/mysql';

/**
 * The target table and the ledger, in one database so that one transaction covers both. Every statement may run again.
 * `etl_slot` holds the `seq` of the one run that may work, `etl_published` the one the target shows.
 */
const STATEMENTS: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${SALES_SUMMARY.name} (
     product_id BIGINT NOT NULL PRIMARY KEY,
     total_quantity BIGINT NOT NULL,
     total_sale_amount DECIMAL(20,2) NOT NULL
   ) ENGINE=InnoDB`,
  `CREATE TABLE IF NOT EXISTS etl_runs (
     seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     run_id VARCHAR(64) CHARACTER SET ascii NOT NULL UNIQUE,
     idempotency_key VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL UNIQUE,
     state VARCHAR(16) CHARACTER SET ascii NOT NULL,
     epoch INT NOT NULL DEFAULT 1,
     trigger_kind VARCHAR(16) CHARACTER SET ascii NOT NULL,
     triggered_by VARCHAR(255) NOT NULL,
     late BOOLEAN NOT NULL DEFAULT FALSE,
     params JSON NOT NULL,
     report JSON NOT NULL,
     created_at DATETIME(3) NOT NULL,
     started_at DATETIME(3) NULL,
     finished_at DATETIME(3) NULL,
     committed_at DATETIME(3) NULL,
     KEY by_state (state, seq)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  'CREATE TABLE IF NOT EXISTS etl_slot (id TINYINT NOT NULL PRIMARY KEY, seq BIGINT NULL) ENGINE=InnoDB',
  'INSERT IGNORE INTO etl_slot (id, seq) VALUES (1, NULL)',
  `CREATE TABLE IF NOT EXISTS etl_published (
     id TINYINT NOT NULL PRIMARY KEY,
     seq BIGINT NOT NULL,
     run_id VARCHAR(64) CHARACTER SET ascii NULL,
     published_at DATETIME(3) NULL
   ) ENGINE=InnoDB`,
  'INSERT IGNORE INTO etl_published (id, seq) VALUES (1, 0)',
  `CREATE TABLE IF NOT EXISTS etl_schedules (
     id VARCHAR(64) CHARACTER SET ascii NOT NULL PRIMARY KEY,
     cron VARCHAR(255) NOT NULL,
     tz VARCHAR(64) NOT NULL,
     params JSON NOT NULL,
     paused BOOLEAN NOT NULL DEFAULT FALSE,
     origin VARCHAR(16) CHARACTER SET ascii NOT NULL,
     created_at DATETIME(3) NOT NULL,
     updated_at DATETIME(3) NOT NULL
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE IF NOT EXISTS etl_alerts (
     id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     alert_key VARCHAR(191) CHARACTER SET ascii NOT NULL UNIQUE,
     kind VARCHAR(32) CHARACTER SET ascii NOT NULL,
     channel VARCHAR(16) CHARACTER SET ascii NOT NULL,
     run_id VARCHAR(64) CHARACTER SET ascii NULL,
     body JSON NOT NULL,
     state VARCHAR(16) CHARACTER SET ascii NOT NULL,
     attempts INT NOT NULL DEFAULT 0,
     claimed_by VARCHAR(64) CHARACTER SET ascii NULL,
     claimed_until DATETIME(3) NULL,
     next_attempt_at DATETIME(3) NOT NULL,
     last_error VARCHAR(500) NULL,
     created_at DATETIME(3) NOT NULL,
     delivered_at DATETIME(3) NULL,
     KEY by_due (state, next_attempt_at)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE IF NOT EXISTS etl_audit (
     id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     at DATETIME(3) NOT NULL,
     actor VARCHAR(255) NOT NULL,
     address VARCHAR(64) NOT NULL,
     action VARCHAR(64) CHARACTER SET ascii NOT NULL,
     detail JSON NOT NULL,
     KEY by_time (at)
   ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
];

/** Creates what is absent in the database of `mysqlUrl`. Throws MYSQL_UNAVAILABLE or MYSQL_REFUSED. */
export async function createSchema(mysqlUrl: string): Promise<void> {
  const database = openDatabase(mysqlUrl, { connectionsMax: 1 });
  try {
    for (const statement of STATEMENTS) await execute(database, 'creating tables', statement);
    await refuseOtherEngine(database);
  } finally {
    await database.end();
  }
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
