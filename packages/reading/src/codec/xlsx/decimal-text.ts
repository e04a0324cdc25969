/** What most cells hold: integers and fractions of at most 15 digits, already in the form that is wanted. */
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const PLAIN_FRACTION = /^-?(?:0|[1-9]\d*)\.\d*[1-9]$/;
/** A sign, 15 digits and a point. */
const PLAIN_LENGTH_MAX = 16;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** So many significant digits a spreadsheet shows and calculates with. A decimal number of so many survives the way through a double. */
const DIGITS = 15;

/**
 * The number in a cell as plain decimals without an exponent, at 15 significant digits: `0.30000000000000004` is `0.3`, `1E+20` is
 * `100000000000000000000`, `-0` is `0`. Halves are rounded away from zero. A text that is no finite number is returned as it is.
 */
export function decimalText(text: string): string {
  if (PLAIN_INTEGER.test(text)) return text;
  if (text.length <= PLAIN_LENGTH_MAX && PLAIN_FRACTION.test(text)) return text;
  const value = numberIn(text);
  return value === undefined ? text : plain(value);
}

/** The number that a cell's text is; undefined for another text, and for numbers beyond a double. */
export function numberIn(text: string): number | undefined {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}

function plain(value: number): string {
  if (value === 0) return '0';
  // ECMAScript defines these digits exactly: the decimal number nearest to the double, of two equally near ones the larger.
  const [mantissa = '', exponent = ''] = Math.abs(value)
    .toExponential(DIGITS - 1)
    .split('e');
  const digits = mantissa.replace('.', '').replace(/0+$/, '');
  const point = Number(exponent) + 1;
  const sign = value < 0 ? '-' : '';
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
