import { checkSchedule, nextTimes } from '@retail-etl/gateway';
import { nextTime, parseCron, previousTime } from '@retail-etl/queue';
import { CronExpressionParser } from 'cron-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueTimes, type Means, noonsAfterChange, watchClock } from '../../../tests/support/wall-clock.js';

const DAY_MS = 86_400_000;

const daily =
  (hour: number, minute: number): Means =>
  (shown) =>
    shown.getUTCHours() === hour && shown.getUTCMinutes() === minute;

/** A cron, and the same said in code. */
const SCHEDULES: readonly (readonly [string, Means])[] = [
  ['0 0 * * *', daily(0, 0)],
  ['30 0 * * *', daily(0, 30)],
  ['30 2 * * *', daily(2, 30)],
  ['45 23 * * *', daily(23, 45)],
  ['15 */3 * * *', (shown) => shown.getUTCHours() % 3 === 0 && shown.getUTCMinutes() === 15],
  ['*/20 1-3 * * *', (shown) => [1, 2, 3].includes(shown.getUTCHours()) && shown.getUTCMinutes() % 20 === 0],
  ['10 1 * * 0,6', (shown) => daily(1, 10)(shown) && [0, 6].includes(shown.getUTCDay())],
  ['0 0 1,15 * *', (shown) => daily(0, 0)(shown) && [1, 15].includes(shown.getUTCDate())],
];

/** All times after `fromMs - 1` and before `toMs`. */
function ours(cron: string, zone: string, fromMs: number, toMs: number): string[] {
  const times: string[] = [];
  let at = nextTime(cron, zone, new Date(fromMs - 1));
  for (; at !== undefined && at.getTime() < toMs; at = nextTime(cron, zone, at)) times.push(at.toISOString());
  return times;
}

/** Backwards from just before `toMs`, in the order of time. */
function oursBackwards(cron: string, zone: string, fromMs: number, toMs: number): string[] {
  const times: string[] = [];
  let at = previousTime(cron, zone, new Date(toMs - 1));
  for (; at !== undefined && at.getTime() >= fromMs; at = previousTime(cron, zone, new Date(at.getTime() - 1)))
    times.unshift(at.toISOString());
  return times;
}

const BEGIN_MS = Date.UTC(2026, 0, 1, 12);
const END_MS = BEGIN_MS + 2 * 365 * DAY_MS;

test('in every zone, whenever its clocks are set within two years, each schedule is due as a clock that is watched says', () => {
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    // A zone that never sets its clocks is looked at once, too.
    for (const noon of [...noonsAfterChange(zone, BEGIN_MS, END_MS), BEGIN_MS]) {
      const [from, to] = [noon - 1.25 * DAY_MS, noon + 0.5 * DAY_MS];
      const watched = watchClock(zone, from - 4 * 3_600_000, to);
      for (const [cron, means] of [SCHEDULES[0], SCHEDULES[2], SCHEDULES[(noon / DAY_MS - 0.5) % SCHEDULES.length]] as typeof SCHEDULES) {
        const expected = dueTimes(watched, means, from);
        expect([zone, cron, ...ours(cron, zone, from, to)]).toEqual([zone, cron, ...expected]);
        expect([zone, cron, ...oursBackwards(cron, zone, from, to)]).toEqual([zone, cron, ...expected]);
      }
    }
  }
}, 60_000);

test.each([
  // Clocks are set from 00:00 to 01:00 on 6 September, and from 24:00 to 23:00 on 4 April.
  ['America/Santiago', '0 0 * * *', ['2026-09-05T04:00', '2026-09-06T04:00', '2026-09-07T03:00']],
  ['America/Santiago', '0 0 * * *', ['2026-04-04T03:00', '2026-04-05T04:00', '2026-04-06T04:00']],
  ['America/Santiago', '30 23 * * *', ['2026-04-04T02:30', '2026-04-05T02:30', '2026-04-06T03:30']],
  // From 00:00 to 01:00 on 24 April, and from 24:00 to 23:00 on 29 October.
  ['Africa/Cairo', '0 0 * * *', ['2026-04-22T22:00', '2026-04-23T22:00', '2026-04-24T21:00']],
  ['Africa/Cairo', '0 0 * * *', ['2026-10-28T21:00', '2026-10-29T22:00', '2026-10-30T22:00']],
  // From 00:00 to 01:00 on 29 March.
  ['Asia/Beirut', '0 0 * * *', ['2026-03-27T22:00', '2026-03-28T22:00', '2026-03-29T21:00']],
  ['Asia/Beirut', '20 0 * * 0', ['2026-03-21T22:20', '2026-03-28T22:00', '2026-04-04T21:20']],
  // From 00:00 to 01:00 on 8 March, and from 01:00 to 00:00 on 1 November: that midnight comes twice.
  ['America/Havana', '0 0 * * *', ['2026-03-07T05:00', '2026-03-08T05:00', '2026-03-09T04:00']],
  ['America/Havana', '0 0 * * *', ['2026-10-31T04:00', '2026-11-01T04:00', '2026-11-02T05:00']],
  ['America/Havana', '0 0 1 * *', ['2026-10-01T04:00', '2026-11-01T04:00', '2026-12-01T05:00']],
  // From 02:00 to 03:00 on 29 March, and from 03:00 to 02:00 on 25 October.
  ['Europe/Berlin', '30 2 * * *', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
  ['Europe/Berlin', '30 2 * * *', ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30']],
  ['Europe/Berlin', '0,30 2,3 29 3 *', ['2026-03-29T01:00', '2026-03-29T01:30', '2027-03-29T00:00']],
  ['Europe/Berlin', '0 * * * *', ['2026-10-24T23:00', '2026-10-25T00:00', '2026-10-25T02:00', '2026-10-25T03:00']],
  // Half an hour: from 02:00 to 02:30 on 4 October, and from 02:00 to 01:30 on 5 April.
  ['Australia/Lord_Howe', '15 2 * * *', ['2026-10-02T15:45', '2026-10-03T15:30', '2026-10-04T15:15']],
  ['Australia/Lord_Howe', '45 1 * * *', ['2026-04-03T14:45', '2026-04-04T14:45', '2026-04-05T15:15']],
  // From 23:00 to 24:00 on 28 March: what was meant for that evening comes with the next day.
  ['America/Scoresbysund', '30 23 * * *', ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30']],
  // There was no 30 December 2011: its run comes when it is passed over, which is the beginning of the 31st.
  ['Pacific/Apia', '0 0 * * *', ['2011-12-29T10:00', '2011-12-30T10:00', '2011-12-31T10:00']],
  ['Pacific/Apia', '0 12 * * *', ['2011-12-29T22:00', '2011-12-30T10:00', '2011-12-30T22:00']],
])('in %s, %s is due at %j', (zone, cron, expected) => {
  const times = expected.map((time) => `${time}:00.000Z`);
  const first = new Date(times[0] as string);
  expect(nextTimes(cron, zone, times.length, new Date(first.getTime() - 1)).map((time) => time.toISOString())).toEqual(times);
  for (const [index, time] of times.entries()) {
    const at = new Date(time);
    expect(previousTime(cron, zone, at)).toEqual(at);
    if (index > 0) expect(previousTime(cron, zone, new Date(at.getTime() - 1))?.toISOString()).toBe(times[index - 1]);
  }
});

const list = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.uniqueArray(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','));
const between = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    list(fc.integer({ min, max }).map(String)),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 2, max: max - min }).map((step) => `*/${step}`),
    fc.constant('*'),
  );
const cronOf = fc
  .tuple(
    between(0, 59),
    between(0, 23),
    fc.oneof(between(1, 31), fc.constantFrom('L', '15,L', '?')),
    fc.oneof(between(1, 12), fc.constantFrom('JAN', 'feb,AUG')),
    fc.oneof(between(0, 7), fc.constantFrom('MON-FRI', '5L', '0L', '7L', '1#2', '7#5', '3#1', '?')),
  )
  .map((fields) => fields.join(' '));

test('where clocks are never set, the times are those of the cron library, forwards and backwards', () => {
  const atOf = fc.integer({ min: Date.UTC(2023, 0), max: Date.UTC(2032, 0) });
  fc.assert(
    fc.property(cronOf, atOf, (cron, at) => {
      let theirs: string[];
      try {
        const next = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(at) });
        const previous = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(at) });
        theirs = [next.next(), next.next(), previous.prev()].map((time) => time.toDate().toISOString());
      } catch {
        // It refuses some as wrong, such as 31 February, and gives up on some that are rare.
        fc.pre(false);
        return;
      }
      const before = previousTime(cron, 'UTC', new Date(at - 1));
      expect([...nextTimes(cron, 'UTC', 2, new Date(at)), before].map((time) => time?.toISOString())).toEqual(theirs);
    }),
    { numRuns: 500 },
  );
});

test('a cron or zone that cannot be read has no times; nothing is thrown, and nothing takes long', () => {
  for (const [cron, zone] of [
    ['0 0 30 2 *', 'UTC'],
    ['0 0 31 2,4,6,9,11 *', 'UTC'],
    ['not a cron', 'UTC'],
    ['', 'UTC'],
    ['0 0 * * *', 'Mars/Olympus'],
  ] as const) {
    expect(nextTime(cron, zone, new Date())).toBeUndefined();
    expect(previousTime(cron, zone, new Date())).toBeUndefined();
    expect(nextTimes(cron, zone, 5, new Date())).toEqual([]);
    expect(() => checkSchedule(cron, zone)).toThrow(zone === 'UTC' ? `"${cron}"` : zone);
  }
  // The rarest there is: 29 February as a fifth Monday, over a year without a leap day.
  expect(nextTimes('0 0 * 2 1#5', 'UTC', 1, new Date('2072-03-01')).map((time) => time.toISOString())).toEqual([
    '2112-02-29T00:00:00.000Z',
  ]);
  expect(parseCron('0 0 * 2 1#5')).toBe(parseCron('0 0 * 2 1#5'));
});
