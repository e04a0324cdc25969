import { EtlError, type ErrorCode } from '@retail-etl/contracts';
import { CronExpressionParser, type CronExpression } from 'cron-parser';

/** Five fields of numbers, names, ranges, lists and steps. Seconds would flood; `H` means another time in every process. */
const FIELD = /^(?:[0-9*,/-]|L|W|#|\?|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/i;

function parse(cron: string, tz: string, at: Date): CronExpression {
  return CronExpressionParser.parse(cron, { tz, currentDate: at });
}

/** Checks a five-field cron and an IANA time zone. Throws an EtlError with `code` that names the faulty one. */
export function checkSchedule(cron: string, tz: string, code: ErrorCode = 'REQUEST_INVALID'): void {
  try {
    const zone = new Intl.DateTimeFormat('en', { timeZone: tz }).resolvedOptions().timeZone;
    // Offsets such as "+02:00" pass above, but know nothing of summer time and mean something else to the cron library.
    if (!/^[A-Za-z]/.test(zone)) throw new RangeError('an offset');
  } catch (cause) {
    throw new EtlError(code, `tz: "${tz}" is not a time zone such as Europe/Berlin or UTC`, { cause });
  }
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || !fields.every((field) => FIELD.test(field))) {
    throw new EtlError(code, `cron: "${cron}" does not have the five fields minute, hour, day, month and weekday, such as "0 6 * * 1-5"`);
  }
  try {
    parse(cron, tz, new Date()).next();
  } catch (cause) {
    throw new EtlError(code, `cron: "${cron}" is not valid: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** The next `count` times after `at`. */
export function nextTimes(cron: string, tz: string, count: number, at: Date = new Date()): Date[] {
  const times = parse(cron, tz, at);
  return Array.from({ length: count }, () => times.next().toDate());
}

/** The latest time at or before `at`. */
export function previousTime(cron: string, tz: string, at: Date): Date {
  return parse(cron, tz, new Date(at.getTime() + 1))
    .prev()
    .toDate();
}
