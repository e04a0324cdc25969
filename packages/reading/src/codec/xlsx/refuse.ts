import { EtlError, shownName } from '@retail-etl/contracts';

/** FILE_REFUSED for the workbook `name`; `what` follows the name in the message. */
export function refused(name: string, what: string, cause?: unknown): EtlError {
  return new EtlError('FILE_REFUSED', `${shownName(name)} ${what}`, cause === undefined ? undefined : { cause });
}

/** The same for a workbook that no spreadsheet program has written so; `how` says what is wrong with it. */
export function damaged(name: string, how: string, cause?: unknown): EtlError {
  return refused(name, `is damaged: ${how}`, cause);
}
