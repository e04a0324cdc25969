import type { NumberOptions } from '@retail-etl/sales';

type Style = Pick<NumberOptions, 'decimal' | 'group'>;

/** How numbers are written, and what else they may mean. */
export interface GuessedNumbers {
  /** The likeliest first; more than one if the values read as different numbers by them. */
  readonly styles: readonly (Style & { /** An example as this style reads it. */ readonly reads: string })[];
  /** A value that the styles read differently; null without such a one. */
  readonly example: string | null;
  readonly currency: string | null;
  /** Signs and codes of other currencies. */
  readonly otherCurrencies: readonly string[];
  readonly isAccounting: boolean;
  /** Values that the first style does not read, with how often each is there. */
  readonly unread: readonly string[];
}

const SPACES = ' \u00a0\u202f';
const GROUPS = [null, '.', ',', "'", '’', ' '] as const;
const STYLES: readonly Style[] = (['.', ','] as const).flatMap((decimal) =>
  GROUPS.filter((group) => group !== decimal).map((group) => ({ decimal, group })),
);

/** A number without sign, currency and parentheses. */
interface Bare {
  readonly text: string;
  readonly currency: string | null;
  readonly isAccounting: boolean;
}

/**
 * The style by which all values are numbers, decided strictly: if two styles read them as different numbers, both are given. In doubt the
 * other numbers of the file decide, `others`, if they can be read by one of the styles only.
 */
export function guessNumbers(values: Iterable<string>, others: readonly string[], likelyDecimal: '.' | ','): GuessedNumbers {
  const distinct = [...new Set([...values].map((value) => value.trim()).filter((value) => value !== ''))];
  const bare = distinct.map(bareOf);
  const numbers = bare.filter((each) => each !== null);
  const currencies = byCount(numbers.flatMap(({ currency }) => (currency === null ? [] : [currency])));
  const texts = [...new Set(numbers.map(({ text }) => text))];
  const counted = STYLES.map((style) => ({ style, read: texts.map((text) => readBy(text, style)) }));
  const most = Math.max(...counted.map(({ read }) => read.filter((value) => value !== null).length));
  const fitting = counted.filter(({ read }) => read.filter((value) => value !== null).length === most);
  // The simplest of those that give the same numbers.
  const readings = new Map<string, (typeof fitting)[number]>();
  for (const each of fitting) {
    const key = JSON.stringify(each.read);
    if (!readings.has(key)) readings.set(key, each);
  }
  const found = withoutOtherStyles([...readings.values()], others).toSorted(
    (a, b) => Number(b.style.decimal === likelyDecimal) - Number(a.style.decimal === likelyDecimal),
  );
  const differs = texts.findIndex((_, index) => new Set(found.map(({ read }) => read[index])).size > 1);
  const [first] = found;
  return {
    styles: found.map(({ style, read }) => ({ ...style, reads: read[differs] ?? '' })),
    example: differs === -1 ? null : texts[differs]!,
    currency: currencies[0] ?? null,
    otherCurrencies: currencies.slice(1),
    isAccounting: numbers.some(({ isAccounting }) => isAccounting),
    unread: [...distinct.filter((_, index) => bare[index] === null), ...texts.filter((_, index) => first?.read[index] === null)],
  };
}

/** In doubt, the styles that read the most of the other numbers. */
function withoutOtherStyles<T extends { readonly style: Style }>(found: readonly T[], others: readonly string[]): readonly T[] {
  if (found.length < 2) return found;
  const texts = [...new Set(others.flatMap((value) => bareOf(value.trim())?.text ?? []))];
  const read = found.map(({ style }) => texts.filter((text) => readBy(text, style) !== null).length);
  const most = Math.max(...read);
  return found.filter((_, index) => read[index] === most);
}

/** A longer text is no number. */
const LENGTH_MAX = 60;

const CURRENCY = String.raw`\p{Sc}|[\p{L}]{1,4}\.?\p{Sc}?`;
const FORM = new RegExp(
  `^(?<open>\\(?)(?<sign>[+-]?)(?<before>${CURRENCY})?[${SPACES}]?(?<inner>\\(?)[+-]?(?<number>[\\d.,'’${SPACES}]*\\d[.,]?)[${SPACES}]?(?<after>${CURRENCY})?(?<close>\\)?)[${SPACES}]?(?<behind>${CURRENCY})?$`,
  'u',
);

function bareOf(value: string): Bare | null {
  if (value.length > LENGTH_MAX) return null;
  const groups = FORM.exec(value)?.groups;
  if (groups === undefined) return null;
  const { open, inner, number = '', before, after, behind } = groups;
  return { text: number, currency: before ?? after ?? behind ?? null, isAccounting: open === '(' || inner === '(' };
}

/** The texts of each style, made once. */
const FORMS = new Map(STYLES.map((style) => [formKey(style), formOf(style)]));

function formKey({ decimal, group }: Style): string {
  return `${decimal}${group ?? ''}`;
}

function formOf({ decimal, group }: Style): RegExp {
  const sign = group === ' ' ? `[${SPACES}]` : `[${group ?? ''}]`;
  const whole = group === null ? String.raw`\d+` : String.raw`\d{1,3}(?:${sign}\d{3})+|\d+`;
  return new RegExp(`^(${whole})?(?:[${decimal}](\\d*))?$`, 'u');
}

/** The number as a decimal with a point and without zeros at its end; null if it is not of the style. */
function readBy(text: string, style: Style): string | null {
  const match = FORMS.get(formKey(style))!.exec(text);
  if (match === null || (match[1] === undefined && (match[2] ?? '') === '')) return null;
  const digits = (match[1] ?? '0').replaceAll(/\D/g, '').replace(/^0+(?=\d)/, '');
  const decimals = (match[2] ?? '').replace(/0+$/, '');
  return decimals === '' ? digits : `${digits}.${decimals}`;
}

/** The most decimals of a value by a style, zeros at their end not counted. */
export function decimalsBy(values: readonly string[], style: Style): number {
  let most = 0;
  for (const value of new Set(values)) {
    const read = readBy(bareOf(value.trim())?.text ?? '', style);
    most = Math.max(most, read?.split('.')[1]?.length ?? 0);
  }
  return most;
}

function byCount(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([text]) => text);
}

/** Whether a number is below zero: a minus in front, or parentheses around it. */
export function isNegative(value: string): boolean {
  const groups = value.length > LENGTH_MAX ? undefined : FORM.exec(value.trim())?.groups;
  return groups !== undefined && (/^[^\d]*-/.test(value.trim()) || groups['open'] === '(' || groups['inner'] === '(');
}
