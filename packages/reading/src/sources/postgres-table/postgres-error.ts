import { EtlError } from '@retail-etl/contracts';

/** SQLSTATE classes after which the same statement may succeed: connection, resources, operator intervention, system, conflict. */
const TRANSIENT_CLASSES = new Set(['08', '53', '57', '58', '40', 'XX']);

/** Turns what pg threw into POSTGRES_UNAVAILABLE (tried again) or POSTGRES_REFUSED; an EtlError stays as it is. */
export function postgresError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const { code, message, routine } = cause as { code?: string; message?: string; routine?: string };
  const isSqlState = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  const isTransient = !isSqlState || TRANSIENT_CLASSES.has(code.slice(0, 2)) || code === '55P03' || code === '22023';
  const text = `PostgreSQL, ${action}: ${message ?? String(cause)}${code === undefined ? '' : ` (${code})`}`;
  // The function of the server that looks for policies: "permission denied" has the same SQLSTATE. So a policy behind a view is told too.
  if (code === '42501' && routine === 'check_enable_rls') return new EtlError('ROW_SECURITY', text, { cause });
  return new EtlError(isTransient ? 'POSTGRES_UNAVAILABLE' : 'POSTGRES_REFUSED', text, { cause });
}
