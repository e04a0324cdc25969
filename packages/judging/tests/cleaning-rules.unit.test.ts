import { BUILT_IN, REJECT_REASONS, SALES_COLUMNS } from '@retail-etl/sales';
import { checkDateFormats, goodRowBytes, judgeRows } from '@retail-etl/judging';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import fc from 'fast-check';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { saleTexts } from '../../../tests/support/oracle-texts.js';
import { existingDay, isOutside, judge, type OtherDates } from '../../../tests/support/oracle-values.js';
import { builtInRules } from './built-in-rules.js';

let engine: Engine;
let connection: DuckDbConnection;

beforeAll(async () => {
  engine = await openEngine(tmpdir());
  connection = await engine.connect();
});
afterAll(() => {
  connection.closeSync();
  engine.close();
});

/** How the rows of a run may be judged where no sources are declared. */
type RuleOptions = NonNullable<Parameters<typeof builtInRules>[0]>;

const OUTCOMES = ['accepted', ...REJECT_REASONS, 'skipped'];
const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What the SQL makes of rows: the outcome and, of accepted ones, the values. */
async function judgeBySql(rows: readonly (readonly string[])[], options: RuleOptions): Promise<string[]> {
  const values = rows.map((texts, index) => `(${[index, ...texts.map(quote)].join(', ')})`);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM (VALUES ${values.join(', ')}) AS v(file_row_number, ${SALES_COLUMNS.join(', ')})`,
  );
  const reader = await connection.runAndReadAll(
    `SELECT outcome, product_id, quantity, amount FROM (${judgeRows('staged', builtInRules(options), [])}) ORDER BY row`,
  );
  return reader
    .getRowsJson()
    .map(([outcome, ...sale]) =>
      outcome === 0 ? `accepted ${sale.map(String).join(' ')}` : (OUTCOMES[outcome as number] ?? 'no outcome'),
    );
}

function judgeByOracle(texts: readonly string[], options: RuleOptions, otherDates: OtherDates): string {
  const sale = judge(texts, otherDates);
  if (typeof sale === 'string') return sale;
  if (
    isOutside(sale, {
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
    })
  )
    return 'skipped';
  const millionths = String(sale.amount).padStart(7, '0');
  return `accepted ${sale.productId} ${sale.quantity} ${millionths.slice(0, -6)}.${millionths.slice(-6)}`;
}

const noOtherDates: OtherDates = () => null;
const dotted: OtherDates = (text) => {
  const parts = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
  return parts === null ? null : existingDay(Number(parts[3]), Number(parts[2]), Number(parts[1]));
};

const day = fc.constantFrom(undefined, '2026-01-05', '2026-01-20', '0001-01-01', '9999-12-31');

const good = ['1', '2', '3', '4.50', '2026-01-02'];

/** The outcome of a good row with one of its texts replaced. */
async function outcomes(
  column: (typeof SALES_COLUMNS)[number],
  texts: readonly string[],
  dateFormats: readonly string[] = [],
): Promise<string[]> {
  const at = SALES_COLUMNS.indexOf(column);
  const judged = await judgeBySql(
    texts.map((text) => good.with(at, text)),
    { dateFormats },
  );
  return texts.filter((_, index) => judged[index]!.startsWith('accepted'));
}

// Written out from the design, so that an error shared by SQL and oracle shows.
describe('by the design', () => {
  test('integers', async () => {
    const fine = ['1', '+1', ' 1 ', '1.', '1.000', '007', '9223372036854775807', `${'0'.repeat(30)}1`];
    const bad = ['12.5', '1e3', '0x10', '1_000', '１２', '9223372036854775808', '', ' ', 'NULL', 'NaN', '1\t', '- 1', '.0', '1 .0'];
    expect(await outcomes('quantity', [...fine, ...bad])).toEqual(fine);
    expect(await outcomes('product_id', ['0', '.0', '-7', '-9223372036854775808', '-9223372036854775809'])).toEqual([
      '0',
      '-7',
      '-9223372036854775808',
    ]);
  });

  test('amounts', async () => {
    const fine = [
      '12.',
      '.5',
      '+.5',
      '+1.50000000',
      `${'0'.repeat(150)}1.5`,
      '0.000001',
      '999999999999.999999',
      '0000000000000000001.50',
      ' 4 ',
      '1.5000000',
      '.5000000000',
      '999999999999.9999990',
      `1.50${'0'.repeat(300)}`,
    ];
    const bad = [
      '.',
      '+ 1',
      '1.1234567',
      '1.12345600001',
      '0.00000000',
      '1.5000000a',
      '1000000000000.0000000',
      '1000000000000',
      '1000000000000.50',
      '1000000000000.5',
      '1e3',
      '1,5',
      '$1',
      'inf',
      '0',
      '-1',
      '0.0000001',
      '1.5-',
    ];
    expect(await outcomes('sale_amount', [...fine, ...bad])).toEqual(fine);
  });

  test('what has no digit is no number, rather than zero', async () => {
    const texts = ['-', '+', '.', '-.', '- ', ' +', '. ', '-. '];
    expect(
      await judgeBySql(
        [...texts, '.0'].map((text) => good.with(2, text)),
        { dateFormats: [] },
      ),
    ).toEqual([...texts, '.0'].map(() => 'invalid_quantity'));
    expect(
      await judgeBySql(
        texts.map((text) => good.with(3, text)),
        { dateFormats: [] },
      ),
    ).toEqual(texts.map(() => 'invalid_amount'));
  });

  test('dates', async () => {
    const fine = [
      '2026-01-02',
      ' 2026-01-02 ',
      '2026-01-02T10:00',
      '2026-01-02 10:00:00.5',
      '2026-01-02T10:00:00Z',
      '2026-01-02 10:00:00+02:00',
      '2026-01-02T09:09:09.909+0909',
      '2026-01-02 19:50:50.0190 -10',
      '2026-01-02T20:00',
      '2026-01-02 23:59 Z',
      '0001-01-01',
      '9999-12-31',
      '2024-02-29',
    ];
    const bad = [
      '2026-02-29',
      '2026-13-01',
      '0000-01-01',
      '10000-01-01',
      '2026-1-2',
      '02/01/2026',
      '2026-01-02T',
      '2026-01-02 10',
      '2026-01-02 25:00',
      'epoch',
      'infinity',
      'now',
    ];
    expect(await outcomes('sale_date', [...fine, ...bad])).toEqual(fine);
  });

  test('dates in formats of their own, as strict about what stands around them', async () => {
    const fine = ['31/12/2026', ' 1/2/2026 ', '20260102', '2026-01-02'];
    const bad = ['31/02/2026', '1/2/2026 10:00', 'epoch', 'Infinity', '-infinity', '\t01/02/2026', '01/02/2026\n', '2026-13-01'];
    expect(await outcomes('sale_date', [...fine, ...bad], ['%d/%m/%Y', '%Y%m%d'])).toEqual(fine);
    // Not even by a pattern that ends in white space, because none stands at the end of a text.
    expect(await outcomes('sale_date', ['1/2/2026\t'], ['%d/%m/%Y ', '%d/%m/%Y\t'])).toEqual([]);
  });

  test.each([
    ['%d/%m/%Y', ['1/2/2019', '01/02/0001'], ['1/2/19', '1/2/019', '1/2/201', '1/2/12019', '1/2/-019']],
    ['%d/%m/%y', ['1/2/19', '1/2/00', '31/12/99'], ['1/2/9', '1/2/2019', '1/2/019']],
    ['%d/%m/%-y', ['1/2/19', '1/2/9'], ['1/2/2019', '1/2/']],
    ['%Y%m%d', ['20190203'], ['190203', '0190203']],
    ['%b %d, %Y', ['Feb 3, 2019', 'feb  03, 2019'], ['Feb 3, 19', 'Feb 3,19']],
    ['%x', [], ['19-02-03']],
    ['[%d.%m.%Y] 100%%', ['[3.2.2019] 100%'], ['[3.2.19] 100%', '33x2y2019']],
    ['%d.%m.%Y|%d.%m.%y', ['3.2.2019', '3.2.19'], ['3.2.9', '3.2.019']],
  ])('a year has as many digits as %s asks for', async (patterns, fine, bad) => {
    expect(await outcomes('sale_date', [...fine, ...bad], patterns.split('|'))).toEqual(fine);
  });

  test('a year of two digits is one from 1969 to 2068', async () => {
    const rows = ['1/2/69', '1/2/99', '1/2/00', '1/2/68'].map((text) => good.with(SALES_COLUMNS.indexOf('sale_date'), text));
    const judgeWithin = async (from: string, to: string): Promise<string[]> => judgeBySql(rows, { dateFormats: ['%d/%m/%y'], from, to });
    expect((await judgeWithin('1969-02-01', '1999-02-01')).map((outcome) => outcome !== 'skipped')).toEqual([true, true, false, false]);
    expect((await judgeWithin('2000-02-01', '2068-02-01')).map((outcome) => outcome !== 'skipped')).toEqual([false, false, true, true]);
  });

  test('dates in formats of their own may be as short as one digit, and are of the years 0001 to 9999', async () => {
    // Numbers of weeks lead beyond the years that are written.
    const weeks = ['0001 00 0', '0001 01 1', '9999 52 5', '9999 52 6'];
    expect(await outcomes('sale_date', weeks, ['%Y %W %w'])).toEqual(['0001 01 1', '9999 52 5']);
    expect(await judgeBySql([good.with(4, '9999 52 6')], { dateFormats: ['%Y %W %w'] })).toEqual(['invalid_date']);
    const short = ['9', '0', 'D5', '5D'];
    expect(await outcomes('sale_date', [...short, 'D', 'Monday'], ['%d', '%H', 'D%d', '%dD', '%A'])).toEqual(short);
  });

  test('an outcome is kept for every row, in one byte', async () => {
    await judgeBySql([good], { dateFormats: [] });
    const reader = await connection.runAndReadAll(`SELECT typeof(outcome) FROM (${judgeRows('staged', builtInRules(), [])})`);
    expect(reader.getRows()).toEqual([['UTINYINT']]);
  });

  test('a time does not take a date out of the window that ends with its day', async () => {
    const rows = ['2026-01-02T23:59', '02.01.2026 23:59', '2026-01-03'].map((text) => good.with(4, text));
    const options = { dateFormats: ['%d.%m.%Y %H:%M'], to: '2026-01-02' };
    expect((await judgeBySql(rows, options)).map((outcome) => outcome.split(' ')[0])).toEqual(['accepted', 'accepted', 'skipped']);
  });

  test.each(['0001-01-01', '9999-12-31'])('%s is no wrong date of a row that is wrong otherwise', async (text) => {
    expect(await judgeBySql([good.with(2, '0').with(4, text)], { dateFormats: [] })).toEqual(['non_positive_quantity']);
  });

  test.each([
    ['2026-01-02', []],
    ['7', ['%d']],
  ] as const)('no good row is shorter than the one that ends in %s', async (shortest, dateFormats) => {
    const row = ['1', '1', '1', '1', shortest];
    expect(await judgeBySql([row], { dateFormats })).toEqual(['accepted 1 1 1.000000']);
    expect(goodRowBytes(builtInRules({ dateFormats }), BUILT_IN.sources[1]!)).toBe(`${row.join(',')}\n`.length);
  });

  test('a row that is skipped may be nothing but delimiters', () => {
    const skip = [{ input: 'product_id', test: { kind: 'empty', isEmpty: true }, says: '' }] as const;
    const rules = builtInRules({ dateFormats: [] });
    expect(goodRowBytes({ ...rules, source: { ...rules.source, skip } }, BUILT_IN.sources[1]!)).toBe(',,,,\n'.length);
  });

  test('the first reason that applies is the reason', async () => {
    const declared = new Set<string>(['malformed_row', 'invalid_dimension', 'mixed_signs']);
    const reasons = REJECT_REASONS.filter((reason) => !declared.has(reason));
    const rows = [
      ['x', '', 'x', 'x', 'x'],
      ['x', 'x', 'x', 'x', 'x'],
      ['1', 'x', 'x', 'x', 'x'],
      ['1', '2', 'x', 'x', 'x'],
      ['1', '2', '0', 'x', 'x'],
      ['1', '2', '0', '0', 'x'],
      ['1', '2', '0', '0', '2026-01-01'],
      ['1', '2', '1', '0', '2026-01-01'],
      ['1', '2', '1', '1', '2026-01-01'],
    ];
    expect(await judgeBySql(rows, { dateFormats: [], from: '2026-02-01' })).toEqual([...reasons, 'skipped']);
  });
});

test('the rules in SQL judge as the oracle does', { timeout: 60_000 }, async () => {
  const property = fc.asyncProperty(
    fc.array(saleTexts, { minLength: 50, maxLength: 200, size: 'max' }),
    day,
    day,
    fc.boolean(),
    async (rows, from, to, withFormats) => {
      const options = { from, to, dateFormats: withFormats ? ['%d.%m.%Y'] : [] };
      const judged = await judgeBySql(rows, options);
      for (const [index, texts] of rows.entries()) {
        expect(judged[index], JSON.stringify(texts)).toBe(judgeByOracle(texts, options, withFormats ? dotted : noOtherDates));
      }
    },
  );
  await fc.assert(property, propertySettings('cleaning rules', 200));
});

test('a date format that is none is said at the start', async () => {
  await expect(checkDateFormats(engine, ['%d/%m/%Y'])).resolves.toBeUndefined();
  await expect(checkDateFormats(engine, ['%Q', '%d', "%'"])).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/"%Q".*"%'"/),
  });
});
