import type { Dice } from './dice.js';
import type { VariantRules } from './rules.js';

/** A number as some source may write it: `units` of 10^-decimals. */
export function writeNumber(units: bigint, decimals: number, rules: VariantRules, dice: Dice, isAmount: boolean): string {
  const isNegative = units < 0n;
  const digits = String(isNegative ? -units : units).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  let fraction = digits.slice(digits.length - decimals);
  if (dice.once(3)) while (fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  if (dice.once(5)) fraction += '0'.repeat(dice.number(1, 8));
  const shownWhole = rules.group !== null && dice.once(2) ? grouped(whole, rules.group, dice) : whole;
  const number = shownWhole + (fraction === '' ? '' : rules.decimal + fraction);
  const currency = isAmount && dice.once(2) ? rules.currency : null;
  const space = dice.one(['', '', ' ', '\u00a0']);
  const sign = isNegative ? '-' : dice.once(10) ? '+' : '';
  if (isNegative && rules.accounting && dice.once(2))
    return currency === null
      ? `(${number})`
      : dice.one([`(${currency}${space}${number})`, `${currency}${space}(${number})`, `(${number}${space}${currency})`]);
  if (currency === null) return sign + number;
  return dice.one([`${sign}${currency}${space}${number}`, `${currency}${space}${sign}${number}`, `${sign}${number}${space}${currency}`]);
}

function grouped(whole: string, group: string, dice: Dice): string {
  const separator = group === ' ' ? dice.one([' ', '\u00a0', '\u202f']) : group;
  let text = whole.slice(-3);
  for (let end = whole.length - 3; end > 0; end -= 3) text = `${whole.slice(Math.max(0, end - 3), end)}${separator}${text}`;
  return text;
}

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** A day by a pattern, at some time. `isSwapped`: with day and month in each other's place; never a day of the pattern then. */
export function writeDate({ year, month, day }: Day, pattern: string | null, dice: Dice, isSwapped = false): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [first, second] = isSwapped ? [day, month] : [month, day];
  const loose = (value: number): string => (pattern !== '%Y%m%d' && dice.once(4) ? String(value) : two(value));
  const hour = dice.number(0, 23);
  if (isSwapped && /%[bB]/.test(pattern ?? '')) return `${year}-${two(month)}-${two(day)}`;
  if (pattern === null)
    return `${year}-${two(first)}-${two(second)}${dice.one(['', '', `T${two(hour)}:30`, ` ${two(hour)}:59:59.25`, `T${two(hour)}:00:00Z`])}`;
  const texts: Record<string, () => string> = {
    Y: () => String(year),
    y: () => two(year % 100),
    m: () => loose(first),
    '-m': () => String(first),
    d: () => loose(second),
    '-d': () => String(second),
    b: () => MONTHS[month - 1]!.slice(0, 3),
    B: () => MONTHS[month - 1]!,
    H: () => two(hour),
    I: () => two((hour % 12) + 1),
    M: () => two(dice.number(0, 59)),
    S: () => two(dice.number(0, 59)),
    p: () => dice.one(['AM', 'PM']),
    z: () => dice.one(['Z', '+02:00', '-0730']),
  };
  return pattern.replaceAll(/%(-?[A-Za-z])/g, (_, directive: string) => texts[directive]!());
}
