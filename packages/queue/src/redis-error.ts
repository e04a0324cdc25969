import { tlsRefusal } from '@retail-etl/config';
import { EtlError } from '@retail-etl/contracts';

/**
 * Turns a failed queue call into REDIS_UNAVAILABLE (tried again) or the code of its refusal; an EtlError stays as it is. The first word of
 * Redis's answers is their code.
 */
export function redisError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const text = `Redis, ${action}: ${message}`;
  switch (/^([A-Z]+) /.exec(message)?.[1]) {
    case 'NOPERM':
      return new EtlError('REDIS_RIGHTS', text, { cause });
    case 'NOAUTH':
    case 'WRONGPASS':
      return new EtlError('REDIS_ACCESS', text, { cause });
    case 'READONLY':
    case 'MISCONF':
    case 'NOREPLICAS':
      return new EtlError('REDIS_READONLY', text, { cause });
    default:
      return tlsRefusal(cause, text, 'REDIS_URL') ?? new EtlError('REDIS_UNAVAILABLE', text, { cause });
  }
}
