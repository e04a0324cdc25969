import fc from 'fast-check';
import { expect, test } from 'vitest';
import { propertySettings } from '../../../../tests/support/oracle-seed.js';
import { cellsOf } from './made-workbook.js';

/** A double as a fraction of whole numbers, by its bits. */
function fractionOf(value: number): [bigint, bigint] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const all = bits.getBigUint64(0);
  const exponent = Number(all >> 52n);
  const mantissa = (all & ((1n << 52n) - 1n)) | (exponent === 0 ? 0n : 1n << 52n);
  const power = Math.max(exponent, 1) - 1075;
  return power >= 0 ? [mantissa << BigInt(power), 1n] : [mantissa, 1n << BigInt(-power)];
}

/** A double at 15 significant digits, halves away from zero, by whole numbers alone. */
function expectedNumber(value: number): string {
  if (value === 0) return '0';
  const [numerator, denominator] = fractionOf(value);
  const rounded = (places: number): bigint => {
    const [top, bottom] =
      places >= 0 ? [numerator * 10n ** BigInt(places), denominator] : [numerator, denominator * 10n ** BigInt(-places)];
    return (2n * top + bottom) / (2n * bottom);
  };
  // So many decimal places leave 15 digits.
  let places = 15 - (String(numerator).length - String(denominator).length + 1) + 1;
  while (rounded(places) >= 10n ** 15n) places -= 1;
  const digits = String(rounded(places));
  const sign = value < 0 ? '-' : '';
  if (places <= 0) return sign + digits + '0'.repeat(-places);
  const padded = digits.padStart(places + 1, '0');
  return sign + `${padded.slice(0, -places)}.${padded.slice(-places)}`.replace(/\.?0+$/, '');
}

const WAYS: readonly ((value: number) => string)[] = [
  String,
  (value) => value.toPrecision(17),
  (value) => value.toExponential(16).toUpperCase(),
  (value) => `+${value}`.replace('+-', '-'),
];

const amount = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.constantFrom(1, 10, 100, 1000, 7, 64)).map(([whole, part]) => whole / part);
/** Doubles in the middle of two decimal numbers of 15 digits, and their neighbours. */
const half = fc
  .tuple(fc.integer({ min: 10 ** 14, max: 10 ** 15 - 1 }), fc.integer({ min: -30, max: 10 }))
  .map(([digits, exponent]) => Number(`${digits}5e${exponent}`));
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), amount, half, fc.maxSafeInteger());

test('numbers are those of the doubles at 15 digits, in whatever way they are written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(number, fc.constantFrom(...WAYS)), { minLength: 1, maxLength: 50 }), async (numbers) => {
      const cells = numbers.map(([value, write]) => `<c><v>${write(value)}</v></c>`).join('');
      expect(await cellsOf({ rows: `<row>${cells}</row>` })).toEqual(numbers.map(([value]) => expectedNumber(value)));
    }),
    propertySettings('numbers of a workbook', 300),
  );
});

test.each([
  ['0.30000000000000004', '0.3'],
  ['1E+20', '100000000000000000000'],
  ['-0', '0'],
  ['-0.0', '0'],
  ['0.10', '0.1'],
  ['007', '7'],
  ['.5', '0.5'],
  ['5.', '5'],
  ['12345678901234567', '12345678901234600'],
  ['123456789012345', '123456789012345'],
  ['-1.5e-7', '-0.00000015'],
  ['999999999999999.9', '1000000000000000'],
  ['0.1234567890123456', '0.123456789012346'],
  ['1e-400', '0'],
])('%s is %s', async (stored, text) => {
  expect(await cellsOf({ rows: `<row><c><v>${stored}</v></c></row>` })).toEqual([text]);
});

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysOfMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

/** Days since 1 January of 1900, by counting. */
function daysSince1900({ year, month, day }: Day): number {
  let days = day - 1;
  for (let before = 1900; before < year; before += 1) days += isLeap(before) ? 366 : 365;
  for (let before = 1; before < month; before += 1) days += daysOfMonth(year, before);
  return days;
}

const two = (value: number): string => String(value).padStart(2, '0');

const day = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1904, max: 9999 }), fc.integer({ min: 1904, max: 2100 }), fc.constant(1900)),
    fc.integer({ min: 1, max: 12 }),
    fc.nat(30),
  )
  .map(([year, month, at]): Day => ({ year, month, day: 1 + (at % daysOfMonth(year, month)) }));
const second = fc.oneof(fc.constant(0), fc.nat(86_399), fc.constant(86_399));

test('dates are those of the calendar, in both systems', async () => {
  const moments = fc.array(fc.record({ day, second, ms: fc.integer({ min: -400, max: 400 }) }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(moments, fc.boolean(), async (all, isFrom1904) => {
      const kept = all.filter((moment) => moment.day.year > 1904 || (!isFrom1904 && daysSince1900(moment.day) > 0));
      const cells = kept.map((moment) => {
        const since = daysSince1900(moment.day);
        const serial = isFrom1904 ? since - daysSince1900({ year: 1904, month: 1, day: 1 }) : since + (since < 59 ? 1 : 2);
        return `<c s="1"><v>${serial + (moment.second * 1000 + (moment.second === 0 ? 0 : moment.ms)) / 86_400_000}</v></c>`;
      });
      const expected = kept.map(({ day: { year, month, day: at }, second: seconds }) => {
        const date = `${year}-${two(month)}-${two(at)}`;
        return seconds === 0
          ? date
          : `${date} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
      });
      const properties = isFrom1904 ? 'date1904="1"' : '';
      expect(await cellsOf({ rows: `<row>${cells.join('')}</row>`, formats: [22], properties })).toEqual(expected);
    }),
    propertySettings('dates of a workbook', 300),
  );
});

test.each([
  ['1', '1900-01-01', '1904-01-02'],
  ['59', '1900-02-28', '1904-02-29'],
  ['60', '1900-02-29', '1904-03-01'],
  ['61', '1900-03-01', '1904-03-02'],
  ['60.5', '1900-02-29 12:00:00', '1904-03-01 12:00:00'],
  ['0', '00:00:00', '00:00:00'],
  ['0.75', '18:00:00', '18:00:00'],
  ['0.9999999', '1900-01-01', '1904-01-02'],
  ['45000.999999', '2023-03-16', '2027-03-17'],
  ['4.5E4', '2023-03-15', '2027-03-16'],
  ['2957003', '9995-12-30', '9999-12-31'],
  ['2957004', '9995-12-31', '2957004'],
  ['2958465.99999', '9999-12-31 23:59:59', '2958465.99999'],
  ['2958465.999999', '2958465.999999', '2958465.999999'],
  ['2958466', '2958466', '2958466'],
  ['-1', '-1', '-1'],
  ['soon', 'soon', 'soon'],
])('day %s is %s, or %s from 1904 on', async (serial, from1900, from1904) => {
  const made = { rows: `<row><c s="1"><v>${serial}</v></c></row>`, formats: [14] };
  expect(await cellsOf(made)).toEqual([from1900]);
  expect(await cellsOf({ ...made, properties: 'date1904="true"' })).toEqual([from1904]);
});
