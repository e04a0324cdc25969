import fc from 'fast-check';

/** Generates texts as they stand in files and text columns: good, hostile, and now and then anything at all. */

const SPACES = ['', '', '', '', ' ', '   '];

/** The texts of a list, as separate values. */
const anyOf = (list: string): fc.Arbitrary<string> => fc.constantFrom(...list.split('|'));

const noNumber = anyOf(
  "| |NULL|NaN|N/A|null|inf|0x10|1_000|1,000|1 000|1e3|1E3|１２|٣|--1|+-1|+|-|.|1.2.3|\t1|1\u00a0|\u30001|1'|=1+1|@1|½",
);

/** With spaces around, sometimes. */
const padded = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...SPACES), text, fc.constantFrom(...SPACES)).map((parts) => parts.join(''));

const CHARACTERS = '0 1 2 3 9 + - . e E " \' , ; \n \r \t | é € 😀 １ T : Z /'.split(' ').concat(' ');
const anything = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 });

const sign = fc.constantFrom('', '', '', '', '+', '-');
const tail = fc.constantFrom('', '', '', '.', '.0', '.000', '.5', '.0e0', '.00 ', '.0a');
const aroundBigint = anyOf(
  `9223372036854775807|9223372036854775808|9223372036854775806|18446744073709551616|999999999999999999|1000000000000000000|${'0'.repeat(40)}7|0|00`,
);

/** `least` is the first of a few small numbers, so that sales meet in the same products. */
export const integerText = (least: number): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 14, arbitrary: fc.integer({ min: least, max: least + 8 }).map(String) },
    { weight: 4, arbitrary: padded(fc.tuple(sign, fc.integer({ min: 0, max: 60 }).map(String), tail).map((parts) => parts.join(''))) },
    { weight: 1, arbitrary: padded(fc.tuple(sign, aroundBigint, tail).map((parts) => parts.join(''))) },
    { weight: 1, arbitrary: noNumber },
    { weight: 1, arbitrary: anything },
  );

const decimals = fc.oneof(
  fc.constantFrom(
    '',
    '.',
    '.5',
    '.10',
    '.005',
    '.004999',
    '.123456',
    '.1234567',
    '.000001',
    '.0000001',
    '.995000',
    '.5000000',
    '.1234560000',
    `.25${'0'.repeat(60)}`,
    '.12345600001',
  ),
  fc.nat(999_999).map((value) => `.${value}`),
);

export const amountText: fc.Arbitrary<string> = fc.oneof(
  { weight: 14, arbitrary: fc.tuple(fc.nat(500), decimals).map((parts) => parts.join('')) },
  { weight: 4, arbitrary: padded(fc.tuple(sign, fc.constantFrom('', '0', '00', '7', '123'), decimals).map((parts) => parts.join(''))) },
  {
    weight: 1,
    arbitrary: padded(
      fc
        .tuple(sign, fc.constantFrom('999999999999', '1000000000000', '99999999999999999999', `${'0'.repeat(30)}1`), decimals)
        .map((parts) => parts.join('')),
    ),
  },
  { weight: 1, arbitrary: noNumber },
  { weight: 1, arbitrary: anything },
);

const two = (value: number): string => String(value).padStart(2, '0');
const day = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 28 }).map((value) => `2026-01-${two(value)}`) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('2026', '2024', '1900', '2000'), fc.nat(13), fc.nat(32))
      .map(([y, m, d]) => `${y}-${two(m)}-${two(d)}`),
  },
  {
    weight: 1,
    arbitrary: anyOf(
      '0000-01-01|0001-01-01|9999-12-31|10000-01-01|2026-1-1|2026/01/01|26-01-01|20260101|-2026-01-01|２026-01-01|2026-01-01BC',
    ),
  },
);
const clock = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: anyOf('T10:00| 23:59:59|T00:00:00.123456789| 10:00:00+00|T10:00Z|T10:00:00 -03:30| 10:00+0530') },
  { weight: 1, arbitrary: anyOf('T|T10|T24:00|T10:60| 10:00:61|T10:00:00.|T1:00|  10:00|t10:00|T10:00z| 10:00 UTC|T10:00+5|T10:00\n|x') },
);

export const dateText: fc.Arbitrary<string> = fc.oneof(
  { weight: 16, arbitrary: fc.tuple(day, clock).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: padded(fc.tuple(day, clock).map((parts) => parts.join(''))) },
  {
    weight: 2,
    arbitrary: padded(
      anyOf('05.01.2026|31.12.2025|31.02.2026|5.1.2026|05.01.2026 10:00|\t05.01.2026|05.01.2026\n|epoch|infinity|-infinity|today|NULL|'),
    ),
  },
  { weight: 1, arbitrary: anything },
);

/** The five texts of a sale. Products and quantities are mostly few and small. */
export const saleTexts: fc.Arbitrary<string[]> = fc.tuple(integerText(-3), integerText(-1), integerText(0), amountText, dateText);
