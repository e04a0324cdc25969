import { tlsRefusal } from '@retail-etl/config';
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

/** Turns what pg threw into POSTGRES_UNAVAILABLE (tried again) or the code of its refusal; an EtlError stays as it is. */
export function postgresError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const { code, message, routine } = cause as { code?: string; message?: string; routine?: string };
  const text = `PostgreSQL, ${action}: ${message ?? String(cause)}${code === undefined ? '' : ` (${code})`}`;
  // Only the system's own codes are longer than a SQLSTATE, or shorter.
  const isSqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE';
  if (!isSqlState && NO_PASSWORD.test(message ?? '')) return new EtlError('POSTGRES_ACCESS', text, { cause });
  if (!isSqlState) return tlsRefusal(cause, text, 'POSTGRES_URL') ?? new EtlError('POSTGRES_UNAVAILABLE', text, { cause });
  return new EtlError(codeOf(code, message ?? '', routine), text, { cause });
}

function codeOf(sqlState: string, message: string, routine: string | undefined): ErrorCode {
  const pooler = sqlState === '08P01' ? POOLER_REFUSALS.find(([pattern]) => pattern.test(message)) : undefined;
  if (pooler !== undefined) return pooler[1];
  if (TRANSIENT_CLASSES.has(sqlState.slice(0, 2)) || sqlState === '55P03' || sqlState === '22023') return 'POSTGRES_UNAVAILABLE';
  if (sqlState.startsWith('28') || sqlState === '3D000') return 'POSTGRES_ACCESS';
  // The function of the server that looks for policies: "permission denied" has the same SQLSTATE. So a policy behind a view is told too.
  if (sqlState === '42501') return routine === 'check_enable_rls' ? 'ROW_SECURITY' : 'POSTGRES_RIGHTS';
  return 'POSTGRES_REFUSED';
}
