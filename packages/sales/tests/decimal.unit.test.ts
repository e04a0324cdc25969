import { fromMillionths, toMillionths } from '@retail-etl/sales';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';

test.each<[text: string, millionths: bigint]>([
  ['0', 0n],
  ['12.5', 12_500_000n],
  ['0.000001', 1n],
  ['-0.10', -100_000n],
  ['99999999999999999999999999.999999', 99_999_999_999_999_999_999_999_999_999_999n],
])('%s', (text, millionths) => {
  expect(toMillionths(text)).toBe(millionths);
});

test.each(['', '.5', '1.', '1e3', '+1', '1.1234567', ' 1', 'NaN', '1,5'])('%j is refused', (text) => {
  expect(() => toMillionths(text)).toThrow('not a decimal number');
});

test('there and back', () => {
  const property = fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (value) => {
    const text = fromMillionths(value);
    expect(text).toMatch(/^-?\d+\.\d{6}$/);
    expect(toMillionths(text)).toBe(value);
  });
  fc.assert(property, propertySettings('decimals', 1_000));
});
