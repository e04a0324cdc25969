import { EtlError } from '@retail-etl/contracts';

/**
 * Turns anything thrown into an EtlError. The packages that talk to servers have already mapped theirs; what is left are the
 * file system's errors, by their codes, and faults of this program.
 */
export function classifyError(error: unknown): EtlError {
  if (error instanceof EtlError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new EtlError('STAGING_FULL', `no space left: ${message}`, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EIO':
    case 'ESTALE':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EMFILE':
    case 'ENFILE':
      return new EtlError('STAGING_UNAVAILABLE', message, { cause: error });
    default:
      return new EtlError('INTERNAL', message ?? String(error), { cause: error });
  }
}
