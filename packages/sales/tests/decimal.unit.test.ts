import { decimalText, decimalUnits } from '@retail-etl/sales';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';

/** Units of 10^-18 in a millionth. */
const MILLIONTH = 10n ** 12n;

test.each<[text: string, millionths: bigint]>([
  ['0', 0n],
  ['12.5', 12_500_000n],
  ['0.000001', 1n],
  ['-0.10', -100_000n],
  ['99999999999999999999999999.999999', 99_999_999_999_999_999_999_999_999_999_999n],
])('%s', (text, millionths) => {
  expect(decimalUnits(text)).toBe(millionths * MILLIONTH);
});

test.each(['', '.5', '1.', '1e3', '+1', '1.1234567890123456789', ' 1', 'NaN', '1,5'])('%j is refused', (text) => {
  expect(() => decimalUnits(text)).toThrow('not a decimal number');
});

test('there and back', () => {
  const property = fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), (value) => {
    const text = decimalText(value * MILLIONTH);
    expect(text).toMatch(/^-?\d+\.\d{6}$/);
    expect(decimalUnits(text)).toBe(value * MILLIONTH);
  });
  fc.assert(property, propertySettings('decimals', 1_000));
});

test('there and back to the last of eighteen decimals', () => {
  const property = fc.property(fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n }), fc.nat({ max: 18 }), (units, shown) => {
    const text = decimalText(units, shown);
    expect(text).toMatch(shown === 0 ? /^-?\d+(\.\d{1,18})?$/ : new RegExp(`^-?\\d+\\.\\d{${shown},18}$`));
    expect(decimalUnits(text)).toBe(units);
  });
  fc.assert(property, propertySettings('small decimals', 1_000));
});
