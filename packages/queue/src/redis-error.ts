import { EtlError } from '@retail-etl/contracts';

/** Turns a failed queue call into REDIS_UNAVAILABLE; an EtlError stays as it is. */
export function redisError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  return new EtlError('REDIS_UNAVAILABLE', `Redis, ${action}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
