import { EtlError } from '@retail-etl/contracts';
import type { Connection as DriverConnection } from 'mysql2';
import type { Pool, PoolConnection } from 'mysql2/promise';
import { mysqlError } from './mysql-error.js';

/**
 * What the statements of this project rely on. Defaults of a server, of a user, or of init_connect may differ, so each session sets them:
 * - every statement outside a transaction is committed at once;
 * - read committed keeps range locks out of short conditional updates;
 * - strict mode turns truncation into errors, and leaves quotes, operators and zero dates as they are by default; a counted column takes 0 for 0;
 * - statements that go through whole tables, and updates without a key, are allowed;
 * - keys and unique indexes are checked, and the time zone is that in which times are read and written.
 */
const SESSION_SETTINGS = {
  autocommit: '1',
  sql_mode: "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO'",
  sql_safe_updates: '0',
  sql_big_selects: '1',
  sql_select_limit: 'DEFAULT',
  foreign_key_checks: '1',
  unique_checks: '1',
  sql_auto_is_null: '0',
  time_zone: "'+00:00'",
} as const;

interface Readback {
  readonly autocommit: unknown;
  readonly sql_mode: string;
  readonly sql_safe_updates: unknown;
  readonly sql_big_selects: unknown;
  readonly binlog_format: string;
  readonly log_bin: unknown;
}

/** By the driver's connection: what came of setting its session. Undefined once it is ready. */
const preparing = new WeakMap<object, Promise<void>>();

/** Sets each new connection's session. Whoever takes a connection waits for `sessionReady` first. */
export function prepareSessions(pool: Pool, idleSeconds: () => number): void {
  pool.pool.on('connection', (connection) => {
    const prepared = prepare(connection, idleSeconds());
    // Its error is for whoever takes the connection.
    prepared.catch(() => undefined);
    preparing.set(connection, prepared);
  });
}

/** Resolves once the connection's session is as the statements need it. Throws MYSQL_SETTINGS that names what is not, or as `mysqlError`. */
export async function sessionReady(connection: PoolConnection): Promise<void> {
  await preparing.get(connection.connection);
}

async function prepare(driver: DriverConnection, idleSeconds: number): Promise<void> {
  const connection = driver.promise();
  try {
    // init_connect may have left a transaction open, in which the isolation level cannot be changed.
    await connection.query('ROLLBACK');
    // Its variable has different names in MySQL and MariaDB, the statement has not.
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE');
    const settings = Object.entries({ ...SESSION_SETTINGS, wait_timeout: String(idleSeconds) });
    await connection.query(`SET ${settings.map(([name, value]) => `SESSION ${name} = ${value}`).join(', ')}`);
    const [rows] = await connection.query(
      `SELECT @@SESSION.autocommit AS autocommit, @@SESSION.sql_mode AS sql_mode, @@SESSION.sql_safe_updates AS sql_safe_updates,
              @@SESSION.sql_big_selects AS sql_big_selects, @@SESSION.binlog_format AS binlog_format, @@GLOBAL.log_bin AS log_bin`,
    );
    checkSettings((rows as Readback[])[0] as Readback);
  } catch (cause) {
    throw mysqlError(cause, 'setting the session');
  }
}

/** The driver gives numbers of 64 bits as text. */
const isOn = (value: unknown): boolean => Number(value) === 1;

/** What a session could not be given. STATEMENT logging cannot record changes at READ COMMITTED; changing it takes rights that we do not ask for. */
function checkSettings(found: Readback): void {
  const problems: string[] = [];
  if (isOn(found.log_bin) && found.binlog_format === 'STATEMENT')
    problems.push('binlog_format is STATEMENT, which cannot log changes at READ COMMITTED; set it to ROW or MIXED');
  if (!isOn(found.autocommit)) problems.push('autocommit stays off; it has to be on');
  if (isOn(found.sql_safe_updates)) problems.push('sql_safe_updates stays on; it has to be off');
  if (!isOn(found.sql_big_selects)) problems.push('sql_big_selects stays off (max_join_size); it has to be on');
  if (!found.sql_mode.includes('STRICT_ALL_TABLES')) problems.push('sql_mode lacks STRICT_ALL_TABLES');
  if (problems.length > 0) throw new EtlError('MYSQL_SETTINGS', `MySQL: ${problems.join('; ')}`);
}
