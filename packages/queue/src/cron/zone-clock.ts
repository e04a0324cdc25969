import type { WallSeconds } from './cron-fields.js';

/** Making a formatter takes 100 times as long as using it. The limit only matters if someone tries all zones there are. */
const FORMATTERS_MAX = 300;
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const found = formatters.get(zone);
  if (found !== undefined) return found;
  const made = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formatters.size >= FORMATTERS_MAX) formatters.clear();
  formatters.set(zone, made);
  return made;
}

/** What clocks in `zone` are ahead of UTC at `at` (whole seconds since 1970), in seconds. Throws a RangeError for an unknown zone. */
function offsetAt(zone: string, at: number): number {
  const [month, day, year, hour, minute, second] = (
    formatterOf(zone)
      .format(at * 1_000)
      .match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year ?? NaN, (month ?? NaN) - 1, day, hour, minute, second) / 1_000 - at;
}

/** A span of time, `from` to before `to`, in which a zone's clocks have one offset; all in whole seconds. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

/** No zone has set its clocks twice within so long. */
const SAMPLE_SECONDS = 8 * 3_600;

function spansOf(zone: string, from: number, to: number): Span[] {
  const spans: Span[] = [];
  let begin = from;
  let offset = offsetAt(zone, from);
  for (let at = from; at < to; at += SAMPLE_SECONDS) {
    const next = Math.min(at + SAMPLE_SECONDS, to);
    const nextOffset = offsetAt(zone, next);
    if (nextOffset === offset) continue;
    let [before, after] = [at, next];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (offsetAt(zone, middle) === offset) before = middle;
      else after = middle;
    }
    spans.push({ from: begin, to: after, offset });
    [begin, offset] = [after, nextOffset];
  }
  // Clocks that are set at `to` itself have not been set before it.
  return begin < to ? [...spans, { from: begin, to, offset }] : spans;
}

/** More than the widest two clocks are apart, or one was ever set by: UTC-12 to UTC+14, and the local times before there were zones. */
const WIDEST_SECONDS = 32 * 3_600;

/**
 * The latest wall time that clocks in `zone` have shown up to `at` (whole seconds since 1970). It is what they show, except while an
 * hour passes for the second time.
 */
export function latestWallTime(zone: string, at: number): WallSeconds {
  return Math.max(...spansOf(zone, at - WIDEST_SECONDS, at + 1).map(({ to, offset }) => to - 1 + offset));
}

/**
 * The first moment (whole seconds since 1970) at which clocks in `zone` show `wall` or later: of a time that exists twice the first, for
 * one that does not exist the moment at which it is passed over.
 */
export function firstMomentOf(zone: string, wall: WallSeconds): number {
  const spans = spansOf(zone, wall - WIDEST_SECONDS, wall + WIDEST_SECONDS);
  const span = spans.find(({ to, offset }) => to + offset > wall);
  // The last span ends 32 hours after `wall` as UTC, which no clock is behind.
  return span === undefined ? wall + WIDEST_SECONDS : Math.max(span.from, wall - span.offset);
}
