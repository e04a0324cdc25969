import { type Connection, type Database, execute, select } from '@retail-etl/mysql';
import type { Migration } from './migrations.js';

/** A row of `etl_migrations`: a migration that was begun in this ledger. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  /** The version of this product that applied it. */
  readonly version: string;
  readonly startedAt: Date;
  /** Null: begun, and perhaps in effect; set-up applies it again. */
  readonly finishedAt: Date | null;
}

interface Row {
  number: number;
  name: string;
  checksum: string;
  version: string;
  started_at: Date;
  finished_at: Date | null;
}

/** Makes the table that the other functions use; it is not a migration itself. */
export async function createMigrationLog(connection: Connection): Promise<void> {
  await execute(
    connection,
    'making etl_migrations',
    `CREATE TABLE IF NOT EXISTS etl_migrations (
       number INT NOT NULL PRIMARY KEY,
       name VARCHAR(191) CHARACTER SET ascii NOT NULL,
       checksum CHAR(64) CHARACTER SET ascii NOT NULL,
       version VARCHAR(64) CHARACTER SET ascii NOT NULL,
       started_at DATETIME(3) NOT NULL,
       finished_at DATETIME(3) NULL
     ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  );
}

/** What has been begun in this ledger, by number. Undefined without the table: no ledger, or one that version 0.1.0 made. */
export async function readMigrationLog(on: Database | Connection): Promise<AppliedMigration[] | undefined> {
  const tables = await select(
    on,
    'looking for the ledger',
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'etl_migrations'",
  );
  if (tables.length === 0) return undefined;
  const rows = await select<Row>(
    on,
    'reading the version of the ledger',
    'SELECT number, name, checksum, version, started_at, finished_at FROM etl_migrations ORDER BY number',
  );
  return rows.map((row) => ({
    number: row.number,
    name: row.name,
    checksum: row.checksum,
    version: row.version,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }));
}

export async function recordStart(connection: Connection, { number, name, checksum }: Migration, version: string): Promise<void> {
  await execute(
    connection,
    'recording a migration',
    `INSERT INTO etl_migrations (number, name, checksum, version, started_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE version = VALUES(version), started_at = VALUES(started_at)`,
    [number, name, checksum, version],
  );
}

export async function recordEnd(connection: Connection, { number }: Migration): Promise<void> {
  await execute(connection, 'recording a migration', 'UPDATE etl_migrations SET finished_at = UTC_TIMESTAMP(3) WHERE number = ?', [number]);
}

/** For a statement that the server refused: it has changed nothing, and a corrected one may take its place. */
export async function forgetStart(connection: Connection, { number }: Migration): Promise<void> {
  await execute(connection, 'recording a migration', 'DELETE FROM etl_migrations WHERE number = ? AND finished_at IS NULL', [number]);
}
