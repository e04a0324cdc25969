import { EtlError, type ErrorCode } from '@retail-etl/contracts';
import { nextTime, parseCron } from '@retail-etl/queue';

/** Five fields of numbers, names, ranges, lists and steps. Seconds would flood; `H` means another time in every process. */
const FIELD = /^(?:[0-9*,/-]|L|W|#|\?|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$/i;

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
    parseCron(cron);
  } catch (cause) {
    throw new EtlError(code, `cron: "${cron}" is not valid: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  // Whether it comes at all is the same from any time on.
  if (nextTime(cron, tz, new Date()) === undefined) throw new EtlError(code, `cron: "${cron}" never comes: no day has this date`);
}

/** The next times after `at`, at most `count`. None if the cron or the zone cannot be read. */
export function nextTimes(cron: string, tz: string, count: number, at: Date): Date[] {
  const times: Date[] = [];
  for (let time = nextTime(cron, tz, at); time !== undefined && times.length < count; time = nextTime(cron, tz, time)) times.push(time);
  return times;
}
