import { type ErrorCode, EtlError } from '@retail-etl/contracts';

/** Server and driver codes after which the same statement may succeed when tried again. */
const TRANSIENT = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_USER_LIMIT_REACHED',
  'ER_SERVER_SHUTDOWN',
  'ER_NORMAL_SHUTDOWN',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_ABORTING_CONNECTION',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_XA_RBDEADLOCK',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
]);

/** Refusals whose cause is known, by the server's error numbers: the names differ between MySQL and MariaDB. */
const REFUSALS: Readonly<Partial<Record<ErrorCode, readonly number[]>>> = {
  // Wrong log-in, host, plug-in, account locked or expired.
  MYSQL_ACCESS: [1045, 1130, 1251, 1524, 1698, 1820, 1862, 3118, 3878, 4151],
  // Of a database, table, column, routine, or one that is not bound to any.
  MYSQL_RIGHTS: [1044, 1142, 1143, 1227, 1370],
  // Database, table, column.
  MYSQL_MISSING: [1046, 1049, 1051, 1054, 1146],
  // require_secure_transport of MySQL. MariaDB, and an account that requires TLS, say 1045.
  TLS_MISMATCH: [3159],
  // Too many rows to examine, safe updates, packet, an option such as --skip-grant-tables, row-based engines with STATEMENT logging, GTID consistency.
  MYSQL_SETTINGS: [1104, 1153, 1175, 1290, 1665, 1785, 1786, 1787, 4020],
};

/** The server takes no writes: it or its engine is read-only (1836, 1874), or the transaction is, as a server begins them that has them so (1792). */
const READONLY = new Set([1792, 1836, 1874]);

/** 1290 is of any option of the server; which one stands in the message, and is not translated. */
const isReadOnly = (errno: number, message: string): boolean =>
  READONLY.has(errno) || (errno === 1290 && /--((super|innodb)[-_])?read[-_]only\b/.test(message));

/** All that the driver says of a pool that this process has closed because it stops: another one can go on. */
const POOL_CLOSED = 'Pool is closed.';

function refusalCode(errno: number): ErrorCode {
  const found = Object.entries(REFUSALS).find(([, numbers]) => numbers.includes(errno));
  return found === undefined ? 'MYSQL_REFUSED' : (found[0] as ErrorCode);
}

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly sqlMessage?: string;
  readonly message?: string;
}

/** True if the server itself has said so, which only MySQL does: the numbers of the system are below zero, the driver has none. */
export const isAnswer = (cause: unknown): boolean => ((cause as DriverError).errno ?? 0) >= 1_000;

/** Turns what mysql2 threw into MYSQL_UNAVAILABLE or MYSQL_READONLY (tried again) or the code of its refusal; an EtlError stays as it is. */
export function mysqlError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const { code = 'unknown', fatal, sqlMessage, message } = cause as DriverError;
  const text = `MySQL, ${action}: ${sqlMessage ?? message ?? String(cause)} (${code})`;
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return new EtlError('TLS_MISMATCH', `${text} [MYSQL_URL]`, { cause });
  // The account has a plug-in that the driver does not know, such as ed25519.
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR') return new EtlError('MYSQL_ACCESS', text, { cause });
  // The driver has put this in the place of the reason's own code; an error of the network still has its number.
  if (code === 'HANDSHAKE_SSL_ERROR' && (cause as DriverError).errno === undefined)
    return new EtlError('CERTIFICATE_REFUSED', `${text} [MYSQL_URL]`, { cause });
  if (code === 'ER_WARN_DATA_OUT_OF_RANGE') return new EtlError('TARGET_OVERFLOW', text, { cause });
  // 1053, 1927 and 3169 are "shutdown" and "killed" under names that differ between MySQL and MariaDB.
  const errno = (cause as DriverError).errno ?? 0;
  const isTransient =
    TRANSIENT.has(code) ||
    [1053, 1927, 3169, 4031].includes(errno) ||
    (fatal === true && !code.startsWith('ER_')) ||
    message === POOL_CLOSED;
  if (isReadOnly(errno, sqlMessage ?? '')) return new EtlError('MYSQL_READONLY', text, { cause });
  return new EtlError(isTransient ? 'MYSQL_UNAVAILABLE' : refusalCode(errno), text, { cause });
}
