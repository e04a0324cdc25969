import { type MysqlServer, otherServer, parseMysqlUrl, type ServerPlace, tlsOptions } from '@retail-etl/config';
import { scaledMs } from '@retail-etl/faults';
import mysql, { type Pool, type PoolConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { isAnswer, mysqlError } from './mysql-error.js';
import { prepareSessions, sessionReady } from './session.js';

export type Database = Pool;

/** Where pools lead that have had no connection yet: the server may be of another kind. */
const untried = new WeakMap<Database, ServerPlace>();

export type Connection = PoolConnection;
type Values = readonly (string | number | bigint | boolean | null | Date)[];

/** Without a database: for set-up, which makes it. */
export type ServerOfDatabase = Omit<MysqlServer, 'database'> & { readonly database?: string };

export interface DatabaseOptions {
  /** Most connections held; each service needs few. Default 4. */
  readonly connectionsMax?: number;
  /** How long a connection attempt may take. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** The setting that has the URL, for errors. Default MYSQL_URL. */
  readonly setting?: string;
}

/**
 * A statement that has had no answer for so long counts as lost, and its connection is closed: a server that went away without a word
 * would otherwise be waited for until the kernel gives up. Longer than a server waits for a row lock by default, 50 s.
 */
const ANSWER_MS = 60_000;

/** For statements that go through whole tables. */
const TABLE_ANSWER_MS = 600_000;

const ANSWER_MS_MIN = 5_000;

/** Of a statement: `row` if it touches few rows, `table` if it may go through all of them. */
export type Scope = 'row' | 'table';

/**
 * A session that says nothing for so long is ended by its server. Else the locks of a process that hangs, or of a machine that lost its
 * network, would keep everyone from publishing for as long as it lasts, or for the server's own eight hours.
 */
const SESSION_IDLE_MS = 30_000;

/** In whole seconds, as the server counts; not less than what the pool, which looks once a second, can keep below. */
const sessionIdleSeconds = (): number => Math.max(5, Math.ceil(scaledMs(SESSION_IDLE_MS) / 1_000));

/** A pool on the target database, given by its URL or taken apart already. Connects on first use. Throws CONFIG_INVALID. Numbers beyond 2^53 and decimals arrive as text, times as UTC. */
export function openDatabase(server: string | ServerOfDatabase, options: DatabaseOptions = {}): Database {
  const { host, port, user, password, database, tls } = typeof server === 'string' ? parseMysqlUrl(server) : server;
  const pool = mysql.createPool({
    host,
    port,
    user,
    password,
    ...(database === undefined ? {} : { database }),
    ...(tls === undefined ? {} : { ssl: { ...tlsOptions(tls), verifyIdentity: tls.verify === 'identity' } }),
    charset: 'utf8mb4',
    timezone: 'Z',
    connectTimeout: options.connectTimeoutMs ?? 5_000,
    connectionLimit: options.connectionsMax ?? 4,
    // The pool closes what is idle before the server does, or the Swarm's 15-minute cut.
    maxIdle: 2,
    idleTimeout: (sessionIdleSeconds() * 1_000) / 2,
    enableKeepAlive: true,
    keepAliveInitialDelay: 60_000,
    // Without this flag affectedRows counts rows that really changed.
    flags: ['-FOUND_ROWS'],
    // No stack is captured for each statement: its `action` says what was tried.
    trace: false,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  prepareSessions(pool, sessionIdleSeconds);
  untried.set(pool, { host, port, expected: 'MySQL', setting: options.setting ?? 'MYSQL_URL' });
  pool.pool.once('connection', () => untried.delete(pool));
  return pool;
}

/** Runs one SELECT and returns its rows. `action` names what was tried, for the error. */
export async function select<Row>(
  on: Database | Connection,
  action: string,
  sql: string,
  values: Values = [],
  scope: Scope = 'row',
): Promise<Row[]> {
  const [rows] = await run<RowDataPacket[]>(on, action, sql, values, scope);
  return rows as Row[];
}

/** Runs one statement that changes rows. `affectedRows` counts rows that really changed for UPDATE. */
export async function execute(
  on: Database | Connection,
  action: string,
  sql: string,
  values: Values = [],
  scope: Scope = 'row',
): Promise<ResultSetHeader> {
  const [result] = await run<ResultSetHeader>(on, action, sql, values, scope);
  return result;
}

type Result<T> = [T, unknown];

async function run<T extends RowDataPacket[] | ResultSetHeader>(
  on: Database | Connection,
  action: string,
  sql: string,
  values: Values,
  scope: Scope,
): Promise<Result<T>> {
  // A pool would keep a connection whose statement has no answer: it takes one back only then.
  if (!('release' in on)) return withConnection(on, action, (connection) => run<T>(connection, action, sql, values, scope));
  const timeoutMs = Math.max(ANSWER_MS_MIN, scaledMs(scope === 'row' ? ANSWER_MS : TABLE_ANSWER_MS));
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      on.destroy();
      reject(Object.assign(new Error(`no answer for ${timeoutMs / 1_000} s`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
  });
  try {
    return await Promise.race([on.query<T>(sql, values as unknown[]), silence]);
  } catch (cause) {
    throw mysqlError(cause, action);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets this session be idle for long, for work that holds no lock; `limitIdleTime` before it takes one. */
export async function allowIdleTime(connection: Connection): Promise<void> {
  await execute(connection, 'setting the session', 'SET SESSION wait_timeout = DEFAULT');
}

/** From now on this session ends when it is silent, and its locks with it. */
export async function limitIdleTime(connection: Connection): Promise<void> {
  await execute(connection, 'setting the session', `SET SESSION wait_timeout = ${sessionIdleSeconds()}`);
}

/** Takes a connection for `work` alone and gives it back, or closes it if `work` failed: a failed session's state is not trusted. */
export async function withConnection<T>(database: Database, action: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  let connection: Connection;
  try {
    connection = await database.getConnection();
  } catch (cause) {
    const place = untried.get(database);
    const other = place === undefined || isAnswer(cause) ? undefined : await otherServer(place);
    throw other ?? mysqlError(cause, action);
  }
  try {
    await sessionReady(connection);
    const result = await work(connection);
    connection.release();
    return result;
  } catch (error) {
    connection.destroy();
    // As it is: statements have named theirs, and a full disk met on the way is no fault of MySQL.
    throw error;
  }
}

/** Runs `work` in one transaction; any error rolls it back (closing the connection does so on the server). */
export async function withTransaction<T>(database: Database, action: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  return withConnection(database, action, async (connection) => {
    await execute(connection, action, 'START TRANSACTION');
    const result = await work(connection);
    await execute(connection, action, 'COMMIT');
    return result;
  });
}
