export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zones that a browser knows, UTC first, which some browsers leave out of their list. */
export const knownZones: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** Day and minute as a clock in `tz` shows them, with the zone's short name. */
export function inZone(iso: string, tz: string): string {
  return new Intl.DateTimeFormat(undefined, {
    timeZone: tz,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  }).format(new Date(iso));
}

/** Whether both zones show the same time at each of these moments, so that showing it twice would say nothing. */
export function sameClock(times: readonly string[], left: string, right: string): boolean {
  const clock = (iso: string, timeZone: string): string =>
    new Intl.DateTimeFormat('en', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(iso));
  return times.every((iso) => clock(iso, left) === clock(iso, right));
}
