import type { Dice } from './dice.js';
import { type Field, fieldsOf, type VariantRules } from './rules.js';
import { writeDate, writeNumber } from './write-values.js';

/** Decimals in which all values are kept here. */
const SCALE = 18;

/** A record, and what has to become of it. */
export interface Sale {
  /** As they stand in the file. */
  readonly texts: Readonly<Partial<Record<Field, string>>>;
  readonly product: string;
  /** Both in units of 10^-18. */
  readonly quantity: bigint;
  readonly amount: bigint;
  /** `accepted`, or the reason for which it is rejected. */
  readonly outcome: string;
}

const TEXT_PRODUCTS = ['0042', '42', '85123A', '85123a', 'Käse', 'X-1', '00A'];
const INTEGER_PRODUCTS = ['42', '0042', '7', '007', '+7', '85123'];

/** Some sales, at least one of them accepted. */
export function throwSales(rules: VariantRules, dice: Dice): Sale[] {
  const sales = Array.from({ length: dice.number(2, 6) }, () => throwSale(rules, dice));
  while (!sales.some(({ outcome }) => outcome === 'accepted')) sales.push(throwSale(rules, dice));
  return sales;
}

function throwSale(rules: VariantRules, dice: Dice): Sale {
  const { decimals, quantityDecimals } = rules;
  const sign = dice.once(4) ? -1n : 1n;
  const units = (most: number): bigint => BigInt(dice.number(1, 9)) * 10n ** BigInt(dice.number(0, most)) + BigInt(dice.number(0, 999));
  const quantity = sign * units(3) * (quantityDecimals > 0 && dice.once(2) ? 1n : 10n ** BigInt(quantityDecimals));
  const money = units(decimals + 4);
  const less = dice.once(2) ? 0n : BigInt(dice.number(0, 400));
  const isPriced = rules.amount.startsWith('price');
  const first = isPriced || dice.once(12) ? money : sign * money;
  const shownLess = rules.amount.endsWith('less') ? less : 0n;
  const scaled = (value: bigint, from: number): bigint => value * 10n ** BigInt(SCALE - from);
  const amount =
    (isPriced ? (scaled(quantity, quantityDecimals) * first) / 10n ** BigInt(decimals) : scaled(first, decimals)) -
    scaled(shownLess, decimals);
  const written = dice.one(rules.product === 'text' ? TEXT_PRODUCTS : INTEGER_PRODUCTS);
  const day = { year: dice.number(1971, 2035), month: dice.number(1, 12), day: dice.number(1, 28) };
  const values: Record<Field, () => string> = {
    order: () => dice.one(['536365', 'A-1', '0001']),
    line: () => String(dice.number(1, 20)),
    product: () => written,
    quantity: () => writeNumber(quantity, quantityDecimals, rules, dice, false),
    total: () => writeNumber(first, decimals, rules, dice, true),
    price: () => writeNumber(first, decimals, rules, dice, true),
    less: () => writeNumber(shownLess, decimals, rules, dice, true),
    date: () => writeDate(day, rules.dates, dice),
  };
  const texts: Partial<Record<Field, string>> = {};
  for (const field of fieldsOf(rules)) texts[field] = values[field]();
  const isMissing = dice.once(15);
  if (isMissing) texts[dice.one(fieldsOf(rules))] = dice.one(['', '  ', ...rules.missing]);
  return {
    texts,
    product: rules.product === 'text' ? written : String(BigInt(written.replace('+', ''))),
    quantity: scaled(quantity, quantityDecimals),
    amount,
    outcome: isMissing ? 'missing_value' : outcomeOf(quantity, amount, rules),
  };
}

function outcomeOf(quantity: bigint, amount: bigint, { returns }: VariantRules): string {
  if (amount >= 10n ** 30n || amount <= -(10n ** 30n)) return 'invalid_amount';
  if (returns === 'reject') return quantity <= 0n ? 'non_positive_quantity' : amount <= 0n ? 'non_positive_amount' : 'accepted';
  return returns === 'separate' && ((quantity > 0n && amount < 0n) || (quantity < 0n && amount > 0n)) ? 'mixed_signs' : 'accepted';
}

/** Sums by product: quantity, amount, and those of returns where they are summed apart. */
export function totalsOf(sales: readonly Sale[], { returns }: VariantRules): Record<string, string> {
  const sums = new Map<string, [bigint, bigint, bigint, bigint]>();
  for (const { product, quantity, amount, outcome } of sales) {
    if (outcome !== 'accepted') continue;
    const sum = sums.get(product) ?? [0n, 0n, 0n, 0n];
    const isReturn = returns === 'separate' && (amount < 0n || (quantity < 0n && amount <= 0n));
    if (isReturn) sums.set(product, [sum[0], sum[1], sum[2] - quantity, sum[3] - amount]);
    else sums.set(product, [sum[0] + quantity, sum[1] + amount, sum[2], sum[3]]);
  }
  return Object.fromEntries([...sums].map(([product, sum]) => [product, sum.join(' ')]));
}
