import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '@retail-etl/mysql';
import mysql from 'mysql2/promise';

/** An empty database of its own on the test run's MySQL server. */
export interface LedgerDatabase {
  readonly name: string;
  readonly url: string;
  /** As a service opens it. */
  readonly database: Database;
  /** For the test's own SQL. Numbers beyond 2^53 as text. */
  readonly sql: mysql.Connection;
  rows<Row>(statement: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

export async function createLedgerDatabase(): Promise<LedgerDatabase> {
  const server = process.env['MYSQL_URL'];
  if (server === undefined || server === '') throw new Error('MYSQL_URL is not set: run the tests with npm test');
  const name = `ledger_${randomBytes(5).toString('hex')}`;
  const admin = await mysql.createConnection(server);
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const sql = await mysql.createConnection({ uri: url.toString(), timezone: 'Z', multipleStatements: true });
  const database = openDatabase(url.toString());
  return {
    name,
    url: url.toString(),
    database,
    sql,
    async rows<Row>(statement: string, values: readonly unknown[] = []) {
      const [found] = await sql.query(statement, [...values]);
      return found as Row[];
    },
    async drop() {
      await database.end();
      await sql.end();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}

/** Fills the database with what version 0.1.0 left: six runs, three schedules, six alerts, twelve lines of the audit log. */
export async function loadVersion010({ sql }: LedgerDatabase): Promise<void> {
  await sql.query(await readFile(join(import.meta.dirname, 'fixtures', 'ledger-0.1.0.sql'), 'utf8'));
}

/** Every column and index of the ledger and the target, but for etl_migrations. */
export async function describeSchema(ledger: LedgerDatabase): Promise<{ columns: unknown[]; indexes: unknown[] }> {
  const columns = await ledger.rows(
    `SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, CHARACTER_SET_NAME, EXTRA
     FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME <> 'etl_migrations' ORDER BY TABLE_NAME, ORDINAL_POSITION`,
    [ledger.name],
  );
  const indexes = await ledger.rows(
    `SELECT TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME <> 'etl_migrations' ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
    [ledger.name],
  );
  return { columns, indexes };
}
