import { type CronFieldCollection, CronExpressionParser } from 'cron-parser';

const DAY_SECONDS = 86_400;

/** Whole seconds since 1970-01-01 00:00:00 of a wall clock, as if that clock showed UTC. */
export type WallSeconds = number;

/**
 * How many days are looked through for one that matches. The rarest are five of one weekday in a February: once in 28 years, and in 40 when
 * a year without a leap day, such as 2100, lies between.
 */
const DAYS_MAX = 41 * 366;

/** Parsing takes ten times as long as seeking. There are fewer schedules than this. */
const PARSED_MAX = 300;
const parsed = new Map<string, CronFieldCollection>();

/** What a cron asks for, by wall clock alone. Five fields, or six with seconds first. Throws an Error that names the fault. */
export function parseCron(cron: string): CronFieldCollection {
  const found = parsed.get(cron);
  if (found !== undefined) return found;
  // The library fills in what is missing: an empty text would mean every minute.
  if (![5, 6].includes(cron.trim().split(/\s+/).length)) throw new Error('it does not have five fields');
  const { fields } = CronExpressionParser.parse(cron);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(cron, fields);
  return fields;
}

/** The first wall time at or after `from` (`step` 1), or the last one at or before it (-1). Undefined if the cron never comes. */
export function seekWallTime(fields: CronFieldCollection, from: WallSeconds, step: 1 | -1): WallSeconds | undefined {
  const firstDay = Math.floor(from / DAY_SECONDS);
  for (let passed = 0; passed < DAYS_MAX; passed += 1) {
    const day = firstDay + passed * step;
    if (!isDayOf(fields, day)) continue;
    const bound = passed === 0 ? from - firstDay * DAY_SECONDS : step === 1 ? 0 : DAY_SECONDS - 1;
    const time = seekTimeOfDay(fields, bound, step);
    if (time !== undefined) return day * DAY_SECONDS + time;
  }
  return undefined;
}

/** Where day of month and weekday are both restricted, one of them is enough. */
function isDayOf({ dayOfMonth, month, dayOfWeek }: CronFieldCollection, day: number): boolean {
  const date = new Date(day * DAY_SECONDS * 1_000);
  if (!includes(month.values, date.getUTCMonth() + 1)) return false;
  if (dayOfMonth.isWildcard && dayOfWeek.isWildcard) return true;
  const dayNumber = date.getUTCDate();
  const daysInMonth = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const weekday = date.getUTCDay();
  const isDate = includes(dayOfMonth.values, dayNumber) || (dayOfMonth.hasLastChar && dayNumber === daysInMonth);
  const isNth = dayOfWeek.nthDay === 0 || Math.ceil(dayNumber / 7) === dayOfWeek.nthDay;
  const isLast = dayNumber + 7 > daysInMonth && includes(dayOfWeek.values, `${weekday}L`, weekday === 0 ? '7L' : '');
  const isWeekday = (includes(dayOfWeek.values, weekday) && isNth) || isLast;
  if (dayOfWeek.isWildcard) return isDate;
  if (dayOfMonth.isWildcard) return isWeekday;
  return isDate || isWeekday;
}

const includes = (values: readonly (number | string)[], ...wanted: readonly (number | string)[]): boolean =>
  wanted.some((each) => values.includes(each));

/** In seconds since midnight. */
function seekTimeOfDay({ hour, minute, second }: CronFieldCollection, from: number, step: 1 | -1): number | undefined {
  const reached = (time: number): boolean => (step === 1 ? time >= from : time <= from);
  const inOrder = (values: readonly number[]): readonly number[] => (step === 1 ? values : values.toReversed());
  const minutes = inOrder(minute.values);
  const seconds = inOrder(second.values);
  for (const eachHour of inOrder(hour.values)) {
    if (!reached(eachHour * 3_600 + (step === 1 ? 3_599 : 0))) continue;
    for (const eachMinute of minutes) {
      const found = seconds.map((each) => eachHour * 3_600 + eachMinute * 60 + each).find(reached);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
