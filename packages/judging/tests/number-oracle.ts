/** How numbers are written, as a declaration says it. */
export interface NumberStyle {
  readonly decimal: '.' | ',';
  readonly group: string | null;
  readonly currency: string | null;
  readonly accounting: boolean;
  /** Most decimals. */
  readonly decimals: number;
}

/** All values are whole numbers of this part of one. */
export const SCALE = 18;
const UNIT = 10n ** BigInt(SCALE);
const SPACES = [' ', '\u00a0', '\u202f'];

/** What may stand around a number: S sign, C currency, w one space, N the number. */
const SIGNED = new Set(['N', 'SN', 'CN', 'CwN', 'SCN', 'SCwN', 'CSN', 'CwSN', 'NC', 'NwC', 'SNC', 'SNwC']);
const IN_PARENTHESES = new Set(['(N)', '(CN)', '(CwN)', 'C(N)', 'Cw(N)', '(NC)', '(NwC)', '(N)C', '(N)wC']);

/** The value of a text in units of 10^-18, read character by character; null if the text is no number of this style. */
export function readDecimal(text: string, style: NumberStyle): bigint | null {
  const parts = splitText(text, style);
  if (parts === null) return null;
  const value = readDigits(parts.digits, style);
  if (value === null || value >= 10n ** 12n * UNIT) return null;
  return parts.isNegative ? -value : value;
}

/** A whole number of BIGINT; null if the text is none of this style. Zeros may follow the decimal sign. */
export function readWhole(text: string, style: NumberStyle): bigint | null {
  const parts = splitText(text, style);
  // Something has to stand before the decimal sign.
  if (parts === null || parts.digits.startsWith(style.decimal)) return null;
  const value = readDigits(parts.digits, { ...style, decimals: 0 });
  if (value === null) return null;
  const whole = (parts.isNegative ? -value : value) / UNIT;
  return whole < -(2n ** 63n) || whole >= 2n ** 63n ? null : whole;
}

function splitText(text: string, { decimal, group, currency, accounting }: NumberStyle): { digits: string; isNegative: boolean } | null {
  const isDigit = (at: number): boolean => text[at] !== undefined && '0123456789'.includes(text[at]);
  const isGroup = (at: number): boolean => {
    if (group === null || text[at] === undefined) return false;
    return group === ' ' ? SPACES.includes(text[at]) && isDigit(at - 1) && isDigit(at + 1) : text[at] === group;
  };
  let [start, end] = [0, text.length];
  while (text[start] === ' ') start += 1;
  while (end > start && text[end - 1] === ' ') end -= 1;
  let [shape, digits, signs] = ['', '', ''];
  for (let at = start; at < end;) {
    if (currency !== null && text.startsWith(currency, at)) {
      shape += 'C';
      at += currency.length;
    } else if (isDigit(at) || text[at] === decimal || isGroup(at)) {
      if (!shape.endsWith('N')) shape += 'N';
      digits += text[at];
      at += 1;
    } else if (text[at] === '+' || text[at] === '-') {
      shape += 'S';
      signs += text[at];
      at += 1;
    } else if (text[at] === '(' || text[at] === ')') {
      shape += text[at];
      at += 1;
    } else if (SPACES.includes(text[at]!)) {
      shape += 'w';
      at += 1;
    } else return null;
  }
  if (SIGNED.has(shape)) return { digits, isNegative: signs === '-' };
  return accounting && IN_PARENTHESES.has(shape) ? { digits, isNegative: true } : null;
}

/** A number without sign: digits, or groups of three of them, and decimals. */
function readDigits(text: string, { decimal, group, decimals }: NumberStyle): bigint | null {
  const [before = '', after = '', ...more] = text.split(decimal);
  if (more.length > 0 || (before === '' && after === '')) return null;
  const separators = group === ' ' ? SPACES : group === null ? [] : [group];
  const groups: string[] = [''];
  for (const character of before) {
    if (separators.includes(character)) groups.push('');
    else groups[groups.length - 1] += character;
  }
  const isGrouped = groups.length > 1;
  if (isGrouped && !groups.every(({ length }, index) => (index === 0 ? length >= 1 && length <= 3 : length === 3))) return null;
  let fraction = after;
  for (const character of fraction) if (!'0123456789'.includes(character)) return null;
  while (fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  if (fraction.length > decimals) return null;
  return BigInt(groups.join('') === '' ? '0' : groups.join('')) * UNIT + BigInt(fraction.padEnd(SCALE, '0'));
}

/** A decimal number as DuckDB writes it, in units of 10^-18. */
export function unitsOf(text: string): bigint {
  const isNegative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (isNegative ? text.slice(1) : text).split('.');
  const value = BigInt(whole) * UNIT + BigInt(fraction.padEnd(SCALE, '0'));
  return isNegative ? -value : value;
}
