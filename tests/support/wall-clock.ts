/** What clocks show, step by step: the slow and plain way that the tests of schedules compare with. Shares nothing with ours. */

const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What clocks in the zone show at `utcMs`, in minutes since 1970 as if it were UTC. */
export function shownAt(zone: string, utcMs: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    // Sweden writes 2026-03-29 01:59.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    formats.set(zone, format);
  }
  return Date.parse(`${format.format(utcMs).replace(' ', 'T')}Z`) / MINUTE_MS;
}

/** Whether a cron means this minute of a wall clock, given as a Date whose UTC fields are what the clock shows. */
export type Means = (shown: Date) => boolean;

/** Clocks are watched every five minutes: all are set at such times, and the tests' schedules are due at such times. */
const STEP_MINUTES = 5;
const STEP_MS = STEP_MINUTES * MINUTE_MS;

/** What clocks in the zone show from `fromMs` to before `toMs`. */
export function watchClock(zone: string, fromMs: number, toMs: number): { at: number; shown: number }[] {
  return Array.from({ length: (toMs - fromMs) / STEP_MS }, (_, index) => {
    const at = fromMs + index * STEP_MS;
    return { at, shown: shownAt(zone, at) };
  });
}

/**
 * When a schedule is due, of the times watched from `fromMs` on: whenever clocks show a later time than ever before, it is due if it means
 * any of the minutes that have come or were passed over. Watch for some hours before, so that an hour which passes again is known as such.
 */
export function dueTimes(watched: readonly { at: number; shown: number }[], means: Means, fromMs: number): string[] {
  let latest = watched[0]?.shown ?? 0;
  const due: string[] = [];
  for (const { at, shown } of watched) {
    let isDue = false;
    while (latest < shown) {
      latest += STEP_MINUTES;
      isDue = means(new Date(latest * MINUTE_MS)) || isDue;
    }
    if (isDue && at >= fromMs) due.push(new Date(at).toISOString());
  }
  return due;
}

/** The noons (UTC) from `fromMs` to `toMs` before which clocks in the zone were set, within the 24 hours before. */
export function noonsAfterChange(zone: string, fromMs: number, toMs: number): number[] {
  const dayMs = 24 * 60 * MINUTE_MS;
  const aheadAt = (at: number): number => shownAt(zone, at) - at / MINUTE_MS;
  const noons: number[] = [];
  for (let noon = fromMs + dayMs; noon <= toMs; noon += dayMs) if (aheadAt(noon) !== aheadAt(noon - dayMs)) noons.push(noon);
  return noons;
}
