import type { ErrorCode } from './errors.js';
import { EtlError } from './etl-error.js';
import type { RunParams } from './jobs.js';

/** True if `day` (YYYY-MM-DD) exists in the calendar, years 0001 to 9999. */
function isDay(day: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || day.startsWith('0000')) return false;
  const time = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(day);
}

/** Checks what a schema cannot say: both days exist, and `from` is not after `to`. Throws an EtlError with `code`. */
export function checkWindow(params: RunParams, code: ErrorCode = 'JOB_INVALID'): void {
  for (const name of ['from', 'to'] as const) {
    const day = params[name];
    if (day !== undefined && !isDay(day)) throw new EtlError(code, `${name}: ${day} is not a day of the calendar`);
  }
  if (params.from !== undefined && params.to !== undefined && params.from > params.to) {
    throw new EtlError(code, `from (${params.from}) is after to (${params.to})`);
  }
}
