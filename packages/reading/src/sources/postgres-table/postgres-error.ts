import { otherServer, type ServerPlace, tlsRefusal } from '@retail-etl/config';
import { type ErrorCode, EtlError } from '@retail-etl/contracts';

/** SQLSTATE classes after which the same statement may succeed: connection, resources, operator intervention, system, conflict. */
const TRANSIENT_CLASSES = new Set(['08', '53', '57', '58', '40', 'XX']);

/** PgBouncer has one SQLSTATE, protocol violation, for all that it says itself, so its text has to tell what waiting does not heal. */
const POOLER_REFUSALS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^unsupported startup parameter/, 'POSTGRES_POOLER'],
  [/^(no such (database|user)|bouncer config error)/, 'POSTGRES_ACCESS'],
  [/^(SSL|TLS) required/i, 'TLS_MISMATCH'],
];

/** What the driver says if the server asks for a password and POSTGRES_URL has none. */
const NO_PASSWORD = /client password must be a/;

/** SQLSTATEs of a server that no longer has the snapshot that another connection has exported, or is not the one that has it. */
const SNAPSHOT_GONE = new Set(['22023', '42704', '55000']);

/** SQLSTATEs of a setting that cannot be made at the start of a session: its value, its name, its form, its kind. */
const SETTING_REFUSED = new Set(['22023', '42704', '42601', '55P02']);

interface DriverError {
  readonly code?: string;
  readonly message?: string;
  /** The function of the server that refuses. */
  readonly routine?: string;
}

/** Turns what a statement threw into POSTGRES_UNAVAILABLE (tried again) or the code of its refusal; an EtlError stays as it is. */
export function postgresError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const text = textOf(cause, action);
  const sqlState = sqlStateOf(cause);
  if (sqlState === undefined) return new EtlError('POSTGRES_UNAVAILABLE', text, { cause });
  return new EtlError(codeOf(sqlState, cause as DriverError), text, { cause });
}

/** The same where the snapshot of another connection was asked for: it may be gone, and a new one be had. */
export function snapshotError(cause: unknown, action: string): EtlError {
  const isGone = SNAPSHOT_GONE.has(sqlStateOf(cause) ?? '');
  return isGone ? new EtlError('POSTGRES_UNAVAILABLE', textOf(cause, action), { cause }) : postgresError(cause, action);
}

/** The same where no session began. Settings that are asked for then are those of the URL, the role and the database. */
export async function connectError(cause: unknown, place: Omit<ServerPlace, 'expected'>): Promise<EtlError> {
  if (cause instanceof EtlError) return cause;
  const { setting } = place;
  const text = `${textOf(cause, 'connecting')} [${setting}]`;
  const { message = '', routine = '' } = cause as DriverError;
  const sqlState = sqlStateOf(cause);
  if (sqlState !== undefined) {
    // "Permission denied" has one SQLSTATE for a setting and for the database.
    const isSetting = SETTING_REFUSED.has(sqlState) || (sqlState === '42501' && routine.startsWith('set_config'));
    return new EtlError(isSetting ? 'POSTGRES_SETTINGS' : codeOf(sqlState, cause as DriverError), text, { cause });
  }
  if (NO_PASSWORD.test(message)) return new EtlError('POSTGRES_ACCESS', text, { cause });
  const other = await otherServer({ ...place, expected: 'PostgreSQL' });
  return other ?? tlsRefusal(cause, textOf(cause, 'connecting'), setting) ?? new EtlError('POSTGRES_UNAVAILABLE', text, { cause });
}

function textOf(cause: unknown, action: string): string {
  const { code, message } = cause as DriverError;
  return `PostgreSQL, ${action}: ${message ?? String(cause)}${code === undefined ? '' : ` (${code})`}`;
}

/** Only the system's own codes are longer than a SQLSTATE, or shorter. */
function sqlStateOf(cause: unknown): string | undefined {
  const { code } = cause as DriverError;
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}

function codeOf(sqlState: string, { message = '', routine }: DriverError): ErrorCode {
  const pooler = sqlState === '08P01' ? POOLER_REFUSALS.find(([pattern]) => pattern.test(message)) : undefined;
  if (pooler !== undefined) return pooler[1];
  if (TRANSIENT_CLASSES.has(sqlState.slice(0, 2)) || sqlState === '55P03') return 'POSTGRES_UNAVAILABLE';
  if (sqlState.startsWith('28') || sqlState === '3D000') return 'POSTGRES_ACCESS';
  // The function of the server that looks for policies: "permission denied" has the same SQLSTATE. So a policy behind a view is told too.
  if (sqlState === '42501') return routine === 'check_enable_rls' ? 'ROW_SECURITY' : 'POSTGRES_RIGHTS';
  return 'POSTGRES_REFUSED';
}
