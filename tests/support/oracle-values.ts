import { type RejectReason, SALES_COLUMNS } from '@retail-etl/sales';

/** The rules of "What a value means" once more, in plain code with BigInt, and the sums that follow from them. */

export type Texts = readonly (string | null)[];

export interface Sale {
  readonly productId: bigint;
  readonly quantity: bigint;
  /** In millionths. */
  readonly amount: bigint;
  /** YYYY-MM-DD, so that days compare as text. */
  readonly day: string;
}

export interface Window {
  readonly from?: string;
  readonly to?: string;
}

/** Reads a date that is not ISO 8601, as the formats of the test say; null if it is none. */
export type OtherDates = (text: string) => string | null;

const BIGINT_MAX = 2n ** 63n - 1n;
const BIGINT_MIN = -(2n ** 63n);
const MILLION = 1_000_000n;

/** `texts` in the order of the five columns. */
export function judge(texts: Texts, otherDates: OtherDates = () => null): Sale | RejectReason {
  const values = texts.map((text) => trimSpaces(text ?? ''));
  if (values.length !== SALES_COLUMNS.length || values.includes('')) return 'missing_value';
  const [saleId, productId, quantity, amount, date] = values as [string, string, string, string, string];
  const product = readInteger(productId);
  const count = readInteger(quantity);
  const sum = readAmount(amount);
  const day = readDay(date) ?? (/^ *\d{4}-\d{2}-\d{2}/.test(date) ? null : otherDates(date));
  if (readInteger(saleId) === null) return 'invalid_sale_id';
  if (product === null) return 'invalid_product_id';
  if (count === null) return 'invalid_quantity';
  if (sum === null) return 'invalid_amount';
  if (day === null) return 'invalid_date';
  if (count <= 0n) return 'non_positive_quantity';
  if (sum <= 0n) return 'non_positive_amount';
  return { productId: product, quantity: count, amount: sum, day };
}

export const isOutside = (sale: Sale, { from, to }: Window): boolean =>
  (from !== undefined && sale.day < from) || (to !== undefined && sale.day > to);

/** Half-up to two decimals, in hundredths. */
export const toHundredths = (millionths: bigint): bigint => (millionths + 5_000n) / 10_000n;

/** 1234567n with 2 decimals is `12345.67`. */
export function decimalText(value: bigint, decimals: number): string {
  const digits = String(value).padStart(decimals + 1, '0');
  return `${digits.slice(0, digits.length - decimals)}.${digits.slice(digits.length - decimals)}`;
}

function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start += 1;
  while (end > start && text[end - 1] === ' ') end -= 1;
  return text.slice(start, end);
}

const isDigits = (text: string): boolean => text.split('').every((character) => character >= '0' && character <= '9');

/** Takes off one sign, if there is one. */
function splitSign(text: string): [sign: bigint, rest: string] {
  if (text.startsWith('-')) return [-1n, text.slice(1)];
  return [1n, text.startsWith('+') ? text.slice(1) : text];
}

function readInteger(text: string): bigint | null {
  const [sign, rest] = splitSign(text);
  const [digits = '', zeros = '', ...more] = rest.split('.');
  if (digits === '' || !isDigits(digits) || more.length > 0 || zeros.replaceAll('0', '') !== '') return null;
  const value = sign * BigInt(digits);
  return value > BIGINT_MAX || value < BIGINT_MIN ? null : value;
}

function readAmount(text: string): bigint | null {
  const [sign, rest] = splitSign(text);
  const [digits = '', written = '', ...more] = rest.split('.');
  let decimals = written;
  while (decimals.length > 6 && decimals.endsWith('0')) decimals = decimals.slice(0, -1);
  if (digits + decimals === '' || !isDigits(digits + decimals) || decimals.length > 6 || more.length > 0) return null;
  const value = sign * (BigInt(digits === '' ? '0' : digits) * MILLION + BigInt(decimals.padEnd(6, '0')));
  return value >= 10n ** 18n || value <= -(10n ** 18n) ? null : value;
}

const CLOCK = /^[T ](?<hour>\d\d):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?$/;

function readDay(text: string): string | null {
  const day = text.slice(0, 10);
  const parts = day.split('-');
  if (day.length !== 10 || parts.length !== 3 || parts[0]?.length !== 4 || parts[1]?.length !== 2 || !isDigits(parts.join(''))) return null;
  if (text.length > 10) {
    const clock = CLOCK.exec(text.slice(10))?.groups;
    if (clock === undefined || Number(clock.hour) > 23 || Number(clock.minute) > 59 || Number(clock.second ?? 0) > 59) return null;
  }
  return existingDay(Number(parts[0]), Number(parts[1]), Number(parts[2]));
}

export function existingDay(year: number, month: number, day: number): string | null {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (year < 1 || year > 9999 || day < 1 || day > (days[month - 1] ?? 0)) return null;
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}
