import { describe, expect, test } from 'vitest';
import { builtInRules } from './built-in-rules.js';
import { withJudged } from './judged-chunk.js';

const DAY_FIRST = '%d/%m/%Y';
const MONTH_FIRST = '%m/%d/%Y';
const BOTH = [DAY_FIRST, MONTH_FIRST];

/** What the patterns make of dates, each of a sale of its own; by file, of which the second begins at row `secondAt`. */
async function readingsOf(dates: readonly string[], dateFormats: readonly string[], secondAt = dates.length): Promise<unknown[]> {
  const rows = dates.map((date, index) => [String(index), '1', '1', '1.00', date]);
  const first = { file: 'a.csv', firstRow: 0, firstRecord: 1 };
  const segments = secondAt === dates.length ? [first] : [first, { file: 'b.csv', firstRow: secondAt, firstRecord: 1 }];
  let found: unknown[] = [];
  await withJudged(rows, { segments, rules: builtInRules({ dateFormats }) }, async ({ books }) => {
    found = books.map(({ dateReadings }) => dateReadings);
  });
  return found;
}

describe('patterns of dates', () => {
  test.each<[what: string, dates: string[], reading: unknown]>([
    ['all by the first', ['13/01/2026', '31/12/2026'], undefined],
    ['all by both, as the same day', ['01/01/2026', '12/12/2026'], undefined],
    ['all by both, as other days', ['03/04/2026', '05/06/2026'], { alone: null, passedOver: '03/04/2026' }],
    ['all by the second alone', ['12/31/2026', '01/13/2026'], { alone: '01/13/2026', passedOver: null }],
    ['some by the second alone, some by both', ['12/31/2026', '03/04/2026'], { alone: '12/31/2026', passedOver: '03/04/2026' }],
    ['spaces around', [' 12/31/2026 ', '  03/04/2026'], { alone: '12/31/2026', passedOver: '03/04/2026' }],
    ['by neither, missing, or of ISO 8601', ['', ' ', '32/32/2026', 'yesterday', '2026-03-04', '2026-12-31T10:00:00Z'], undefined],
    ['a year of two digits', ['12/31/26', '03/04/26'], undefined],
  ])('%s', async (_, dates, reading) => {
    expect(await readingsOf(dates, BOTH)).toEqual([reading === undefined ? undefined : [{ pattern: MONTH_FIRST, ...(reading as object) }]]);
  });

  test('another time of the same day is no other day', async () => {
    expect(await readingsOf(['13/01/2026 10:20'], ['%d/%m/%Y %H:%M', '%d/%m/%Y %M:%H'])).toEqual([undefined]);
  });

  test('a date of ISO 8601 is read as that, whatever the patterns are', async () => {
    expect(await readingsOf(['2026-03-04'], ['%Y-%d-%m', '%Y-%m-%d'])).toEqual([undefined]);
  });

  test('a date of ISO 8601 within another text is none', async () => {
    expect(await readingsOf(['on 2026-03-04'], ['on %Y-%d-%m', 'on %Y-%m-%d'])).toEqual([
      [{ pattern: 'on %Y-%m-%d', alone: null, passedOver: 'on 2026-03-04' }],
    ]);
  });

  test('the other way round', async () => {
    expect(await readingsOf(['31/12/2026', '03/04/2026'], [MONTH_FIRST, DAY_FIRST])).toEqual([
      [{ pattern: DAY_FIRST, alone: '31/12/2026', passedOver: '03/04/2026' }],
    ]);
  });

  test('each of three is compared with those before it', async () => {
    const patterns = ['%d.%m.%Y', ...BOTH];
    expect(await readingsOf(['03.04.2026', '12/31/2026', '13/01/2026', '03/04/2026'], patterns)).toEqual([
      [
        { pattern: DAY_FIRST, alone: '03/04/2026', passedOver: null },
        { pattern: MONTH_FIRST, alone: '12/31/2026', passedOver: '03/04/2026' },
      ],
    ]);
  });

  test('files are looked at apart', async () => {
    expect(await readingsOf(['03/04/2026', '13/01/2026', '12/31/2026'], BOTH, 2)).toEqual([
      [{ pattern: MONTH_FIRST, alone: null, passedOver: '03/04/2026' }],
      [{ pattern: MONTH_FIRST, alone: '12/31/2026', passedOver: null }],
    ]);
  });

  test('one pattern, or none, is compared with nothing', async () => {
    expect(await readingsOf(['03/04/2026', '12/31/2026'], [DAY_FIRST])).toEqual([undefined]);
    expect(await readingsOf(['03/04/2026', '12/31/2026'], [])).toEqual([undefined]);
  });

  test('of a long example the beginning is kept', async () => {
    const date = `12/31/2026${' '.repeat(100)}08:00`;
    const [readings] = (await readingsOf([date], ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M'])) as { alone: string }[][];
    expect(readings?.[0]?.alone).toBe(date.slice(0, 60));
  });
});
