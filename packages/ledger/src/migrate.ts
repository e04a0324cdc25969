import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { type Connection, type Database, execute, select, withConnection } from '@retail-etl/mysql';
import { refuseNewer } from './ledger-version.js';
import { type AppliedMigration, createMigrationLog, forgetStart, readMigrationLog, recordEnd, recordStart } from './migration-log.js';
import { type Migration, readMigrations } from './migrations.js';

export interface MigrateOptions {
  /** Takes lines for people. Default: none. */
  readonly say?: (line: string) => void;
  /** Default: the migrations that this version ships. */
  readonly migrations?: readonly Migration[];
  /** How long another set-up is waited for. Default a minute. */
  readonly lockWaitMs?: number;
}

const LOCK_WAIT_MS = 60_000;
const LOCK_RETRY_MS = 250;

/** A lock has to do with one database of the server, and its name may have 64 characters. */
const LOCK_NAME = "CONCAT('retail-etl-ledger-', LEFT(SHA2(LOWER(DATABASE()), 256), 32))";

/**
 * Makes the ledger, or brings it to this version: applies each migration that is not recorded as finished, in order. May be killed at any
 * point, repeated, and run by several at once: a lock of the server lets one work at a time. The lock belongs to the connection that
 * the statements use, so whoever loses the one loses the other, and the server keeps both until a statement under way has ended.
 * Returns how many migrations it applied. Throws LEDGER_LOCKED, LEDGER_NEWER, LEDGER_CHANGED, MYSQL_UNAVAILABLE or MYSQL_REFUSED; those
 * before are applied then, and the next call goes on.
 */
export async function migrateLedger(database: Database, options: MigrateOptions = {}): Promise<number> {
  const migrations = options.migrations ?? readMigrations();
  return withConnection(database, 'changing the ledger', async (connection) => {
    await takeLock(connection, options);
    await createMigrationLog(connection);
    const log = (await readMigrationLog(connection)) ?? [];
    refuseNewer(log, migrations);
    refuseChanged(log, migrations);
    const finished = new Set(log.filter(({ finishedAt }) => finishedAt !== null).map(({ number }) => number));
    const missing = migrations.filter(({ number }) => !finished.has(number));
    for (const migration of missing) await apply(connection, migration);
    await execute(connection, 'releasing the lock on the ledger', `DO RELEASE_LOCK(${LOCK_NAME})`);
    if (log.length > 0 && missing.length > 0)
      options.say?.(`the ledger was brought from version ${Math.max(0, ...finished)} to ${migrations.length}`);
    return missing.length;
  });
}

async function apply(connection: Connection, migration: Migration): Promise<void> {
  const { number, name, statement, unless } = migration;
  const action = `migration ${number} of the ledger (${name})`;
  await recordStart(connection, migration, productVersion());
  crashPoint('migrate.after-start');
  const inEffect = unless !== undefined && (await select(connection, action, unless, [], 'table')).length > 0;
  if (!inEffect) {
    await execute(connection, action, statement, [], 'table').catch(async (error: unknown) => {
      // A statement whose answer was lost may be in effect: its record stays.
      if (error instanceof EtlError && !error.transient) await forgetStart(connection, migration);
      throw error;
    });
  }
  crashPoint('migrate.after-statement');
  await recordEnd(connection, migration);
  crashPoint('migrate.after-end');
}

async function takeLock(connection: Connection, { say, lockWaitMs = LOCK_WAIT_MS }: MigrateOptions): Promise<void> {
  const deadline = performance.now() + lockWaitMs;
  for (let said = false; ; said = true) {
    const [row] = await select<{ taken: number | string | null }>(
      connection,
      'locking the ledger',
      `SELECT GET_LOCK(${LOCK_NAME}, 0) AS taken`,
    );
    // A number in MariaDB; in MySQL one of 64 bits, which the driver gives as text.
    if (Number(row?.taken) === 1) return;
    if (performance.now() > deadline) {
      throw new EtlError('LEDGER_LOCKED', `another set-up has been changing the ledger for ${Math.round(lockWaitMs / 1_000)} s`);
    }
    if (!said) say?.('another set-up is changing the ledger; waiting for it');
    await sleep(LOCK_RETRY_MS);
  }
}

/** Also for one that is not finished: the text that was begun may be in effect. */
function refuseChanged(log: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const changed = log.filter(({ number, checksum }) => migrations[number - 1]?.checksum !== checksum);
  if (changed.length === 0) return;
  const names = changed.map(({ number, name, version }) => `${number} (${name}, applied by ${version})`);
  throw new EtlError('LEDGER_CHANGED', `migrations of the ledger are not those that were applied: ${names.join(', ')}`);
}

function productVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
