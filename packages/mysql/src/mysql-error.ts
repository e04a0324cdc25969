import { EtlError } from '@retail-etl/contracts';

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
  'POOL_CLOSED',
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
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_READ_ONLY_MODE',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
]);

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  readonly fatal?: boolean;
  readonly sqlMessage?: string;
  readonly message?: string;
}

/** Turns what mysql2 threw into MYSQL_UNAVAILABLE (tried again) or MYSQL_REFUSED; an EtlError stays as it is. */
export function mysqlError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const { code = 'unknown', fatal, sqlMessage, message } = cause as DriverError;
  const text = `MySQL, ${action}: ${sqlMessage ?? message ?? String(cause)} (${code})`;
  if (code === 'ER_WARN_DATA_OUT_OF_RANGE') return new EtlError('TARGET_OVERFLOW', text, { cause });
  // 1053, 1927 and 3169 are "shutdown" and "killed" under names that differ between MySQL and MariaDB.
  const errno = (cause as DriverError).errno ?? 0;
  const isTransient = TRANSIENT.has(code) || [1053, 1927, 3169, 4031].includes(errno) || (fatal === true && !code.startsWith('ER_'));
  return new EtlError(isTransient ? 'MYSQL_UNAVAILABLE' : 'MYSQL_REFUSED', text, { cause });
}
