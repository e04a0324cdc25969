import fc from 'fast-check';
import type { NumberStyle } from './number-oracle.js';

/** A way to write amounts and quantities. */
export interface Case extends NumberStyle {
  readonly quantityDecimals: number;
}

const SIGNS = ['€', '$', 'EUR', 'kr.', 'R$', 'Fr.', '円', 'zł', 'e', "d'", 'US$', '|', '[x]'] as const;

export const styles: fc.Arbitrary<Case> = fc
  .record({
    decimal: fc.constantFrom('.' as const, ',' as const),
    // Often the plain style, which has a shorter way.
    group: fc.oneof(fc.constant(null), fc.constantFrom('.', ',', "'", '’', ' ', '\u00a0', '\u202f')),
    currency: fc.oneof(fc.constant(null), fc.constantFrom(...SIGNS)),
    accounting: fc.boolean(),
    decimals: fc.oneof(fc.constantFrom(0, 1, 2, 6), fc.integer({ min: 0, max: 15 })),
    quantityDecimals: fc.constantFrom(0, 0, 1, 2, 3),
  })
  .filter(({ decimal, group }) => decimal !== group);

/** The no-break spaces declare the same as a space. */
export const asRead = (style: Case): Case => ({
  ...style,
  group: style.group === '\u00a0' || style.group === '\u202f' ? ' ' : style.group,
});

export const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...'00123456789'.split('')), { minLength: least, maxLength: most, size: 'max' }).map((all) => all.join(''));

const space = fc.constantFrom(' ', '\u00a0', '\u202f');
const maybe = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);

/** Digits before the decimal sign, grouped or not, mostly rightly. */
function wholes({ group }: Case): fc.Arbitrary<string> {
  const plain = fc.oneof({ weight: 6, arbitrary: digits(1, 6) }, digits(11, 14), digits(17, 21), fc.constantFrom(...EDGES));
  if (group === null) return plain;
  const separator = group.trim() === '' ? space : fc.constant(group);
  const grouped = fc
    .tuple(digits(1, 3), fc.array(fc.tuple(separator, digits(3, 3)), { minLength: 1, maxLength: 5 }))
    .map(([first, others]) => first + others.map(([between, three]) => between + three).join(''));
  const misplaced = fc
    .tuple(digits(0, 4), fc.array(fc.tuple(separator, digits(0, 4)), { minLength: 1, maxLength: 3 }))
    .map(([first, others]) => first + others.map(([between, three]) => between + three).join(''));
  return fc.oneof(plain, { weight: 3, arbitrary: grouped }, misplaced);
}

const EDGES = [
  '0',
  '999999999999',
  '1000000000000',
  '0999999999999',
  '9999999999999',
  '99999999999999',
  '9223372036854775807',
  '9223372036854775808',
  '9223372036854775809',
  `${'0'.repeat(40)}7`,
];

function numbers(style: Case): fc.Arbitrary<string> {
  const zeros = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    fc.integer({ min: 1, max: 40 }).map((count) => '0'.repeat(count)),
  );
  const decimals = fc.tuple(digits(0, style.decimals + 1), zeros).map(([some, none]) => some + none);
  const point = fc.constant(style.decimal);
  return fc.oneof(
    wholes(style),
    { weight: 2, arbitrary: fc.tuple(wholes(style), point, decimals).map((all) => all.join('')) },
    fc.tuple(point, decimals).map((all) => all.join('')),
  );
}

/** Numbers with what may stand around them: rightly, or in another order. */
function around(style: Case): fc.Arbitrary<string> {
  const number = numbers(style);
  const sign = fc.constantFrom('', '', '-', '+');
  const currency = style.currency === null ? fc.constant('') : fc.constant(style.currency);
  const ends = fc.constantFrom('', '', '', ' ', '  ');
  const pieces = [
    [sign, number],
    [sign, number],
    [sign, currency, maybe(space), number],
    [currency, maybe(space), sign, number],
    [sign, number, maybe(space), currency],
    [fc.constant('('), number, fc.constant(')')],
    [fc.constant('('), currency, maybe(space), number, fc.constant(')')],
    [currency, maybe(space), fc.constant('('), number, fc.constant(')')],
    [fc.constant('('), number, maybe(space), currency, fc.constant(')')],
    [fc.constant('('), number, fc.constant(')'), maybe(space), currency],
    // Nothing of these is a number.
    [currency, number, currency],
    [fc.constant('('), sign, number, fc.constant(')')],
    [sign, space, number],
    [number, sign],
    [number, number],
    [fc.constant('('), number],
  ];
  return fc.oneof(...pieces.map((each) => fc.tuple(ends, ...each, ends).map((all) => all.join(''))));
}

export const HOSTILE = [
  ...EDGES,
  '',
  ' ',
  '-',
  '+',
  '.',
  ',',
  '-.',
  '()',
  '( )',
  '(-)',
  '--5',
  '++5',
  '+-5',
  '-+5',
  '5-',
  '5+',
  '+ 5',
  '- 5',
  '(5',
  '5)',
  '((5))',
  '-(5)',
  '(-5)',
  '12,34',
  '1,2345',
  '1.23.456',
  '1,,000',
  '1..000',
  ',123',
  '.123',
  '123,',
  '123.',
  '1,234,56',
  '1.234.56',
  '1,234.5',
  '1.234,5',
  '1.2.3',
  '1,2,3',
  '1e3',
  '1E3',
  '1e-3',
  '1_000',
  '0x1F',
  '0b11',
  '0o17',
  'NaN',
  'nan',
  'inf',
  '-Infinity',
  'NULL',
  'null',
  'true',
  '1f',
  '1d',
  '1L',
  '12.5',
  '12,5',
  '١٢',
  '１２',
  '१२',
  '1\u06602',
  '𝟙',
  '½',
  '²',
  '\u22125',
  '5\u2212',
  '–5',
  '1٫5',
  '1٬000',
  '\u00a05',
  '5\u00a0',
  '\u202f5',
  '\u20095',
  '\ufeff5',
  '5\u200b',
  '\t5',
  '5\t',
  '5\n',
  '\n5',
  '5\r',
  '1\u20091',
  '1\u2009000',
  '1  000',
  '1 000',
  '1\u00a0000',
  '$5',
  '5$',
  '$ 5',
  '€5',
  '5€',
  '5 €',
  '€€5',
  '€5€',
  '$-5',
  '-$5',
  '€ -5',
  '- €5',
  '-5 €',
  '(5 €)',
  '€(5)',
  '(€5)',
  '( 5)',
  '(5 )',
  '5 EUR',
  'EUR 5',
  'eur5',
  '5  €',
  '%5',
  '5%',
  "1'000",
  '1’000',
  '1`000',
  '1´000',
  "'5",
  "5'",
  "''5",
  '"5"',
  '5;',
  '5:00',
  '1/2',
  '5*2',
  '=5',
  '=1+1',
  '5 5',
  '5.0.0',
  '0',
  '00',
  '-0',
  '-0.00',
  '+0',
  '0.0',
  '.0',
  ',0',
  '0,0',
];

/** One change at one place of a text. */
const mutated = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.constantFrom(0, 1, 2), fc.constantFrom(...".,'’ -+()0015e_x€$%٣５\u00a0\u202f\t\n\ufeff\u200b".split('')))
    .map(([text, place, kind, character]) => {
      const at = place % (text.length + 1);
      return text.slice(0, at) + (kind === 1 ? '' : character) + text.slice(kind === 0 ? at : at + 1);
    });

export const textsOf = (style: Case): fc.Arbitrary<string> =>
  fc.oneof({ weight: 5, arbitrary: around(style) }, { weight: 3, arbitrary: mutated(around(style)) }, fc.constantFrom(...HOSTILE));
