import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { DeclaredJudge } from './declared-judge.js';
import { readDecimal, readWhole, SCALE, unitsOf } from './number-oracle.js';
import { asRead, type Case, digits, HOSTILE, styles, textsOf } from './number-texts.js';

let judge: DeclaredJudge;

beforeAll(async () => {
  judge = await DeclaredJudge.open();
});
afterAll(() => judge.close());

const yamlOf = (style: Case, amount: string): string => `
product: text
quantity_decimals: ${style.quantityDecimals}
sources:
  - name: a
    files: '*.csv'
    numbers: ${JSON.stringify({
      decimal: style.decimal,
      ...(style.group === null ? {} : { group: style.group }),
      ...(style.currency === null ? {} : { currency: style.currency }),
      accounting: String(style.accounting),
      decimals: String(style.decimals),
    })}
    returns: net
    columns: { product_id: { value: p }, quantity: q, sale_amount: ${amount}, sale_date: { value: '2026-01-01' } }`;

const withTexts = styles.chain((style) =>
  fc.record({ style: fc.constant(style), texts: fc.array(textsOf(style), { minLength: 300, maxLength: 300, size: 'max' }) }),
);

const shown = (style: Case, text: string): string => `${JSON.stringify(text)} by ${JSON.stringify(style)}`;

describe('every number', () => {
  test('is the amount that an independent reading gives, or none', { timeout: 60_000 }, async () => {
    let [valid, refused] = [0, 0];
    const property = fc.asyncProperty(withTexts, async ({ style, texts }) => {
      const all = [...texts, ...HOSTILE];
      const judged = await judge.judge(
        yamlOf(style, 'a'),
        all.map((text) => ['1', text]),
      );
      for (const [index, text] of all.entries()) {
        const expected = readDecimal(text, asRead(style));
        const { amount, outcome } = judged[index]!;
        expect(amount === null ? null : unitsOf(amount), shown(style, text)).toBe(expected);
        const isEmpty = text.replaceAll(' ', '') === '';
        expect(outcome, shown(style, text)).toBe(isEmpty ? 'missing_value' : expected === null ? 'invalid_amount' : 'accepted');
        if (expected === null) refused += 1;
        else valid += 1;
      }
    });
    await fc.assert(property, { ...propertySettings('declared amounts', 60), endOnFailure: true });
    // The texts are of both kinds, or the test says little.
    expect(Math.min(valid, refused)).toBeGreaterThan((valid + refused) / 8);
  });

  test('is the quantity that an independent reading gives, or none', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(withTexts, async ({ style, texts }) => {
      const all = [...texts, ...HOSTILE];
      const judged = await judge.judge(
        yamlOf(style, '{ value: "1" }'),
        all.map((text) => [text]),
      );
      for (const [index, text] of all.entries()) {
        const read = asRead(style);
        const whole = style.quantityDecimals === 0 ? readWhole(text, read) : null;
        const expected =
          style.quantityDecimals === 0
            ? whole === null
              ? null
              : whole * 10n ** BigInt(SCALE)
            : readDecimal(text, { ...read, decimals: style.quantityDecimals });
        const { quantity, outcome } = judged[index]!;
        expect(quantity === null ? null : unitsOf(quantity), shown(style, text)).toBe(expected);
        if (text.replaceAll(' ', '') !== '') expect(outcome, shown(style, text)).toBe(expected === null ? 'invalid_quantity' : 'accepted');
      }
    });
    await fc.assert(property, { ...propertySettings('declared quantities', 60), endOnFailure: true });
  });
});

test('computed amounts are exact, and as small as those that are read', { timeout: 60_000 }, async () => {
  const number = (style: Case, decimals: number): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom('', '', '-'), fc.oneof(digits(1, 4), digits(9, 12), fc.constant('999999999999')), digits(decimals, decimals))
      .map(([sign, whole, fraction]) => sign + whole + (fraction === '' ? '' : style.decimal + fraction));
  const rows = styles.chain((style) =>
    fc.record({
      style: fc.constant(style),
      texts: fc.array(fc.tuple(number(style, style.quantityDecimals), number(style, style.decimals), number(style, style.decimals)), {
        minLength: 200,
        maxLength: 200,
        size: 'max',
      }),
    }),
  );
  const property = fc.asyncProperty(rows, fc.constantFrom('price', 'price less', 'gross less'), async ({ style, texts }, kind) => {
    const amount = { price: '{ price: a }', 'price less': '{ price: a, less: b }', 'gross less': '{ gross: a, less: b }' }[kind];
    const judged = await judge.judge(
      yamlOf(style, amount),
      texts.map((row) => (kind === 'price' ? row.slice(0, 2) : row)),
    );
    for (const [index, [quantity, a, b]] of texts.entries()) {
      const read = asRead(style);
      const q = readDecimal(quantity, { ...read, decimals: 3 })!;
      const [first, less] = [readDecimal(a, read)!, kind === 'price' ? 0n : readDecimal(b, read)!];
      const unit = 10n ** BigInt(SCALE);
      // Decimals of quantity and price together are at most 18, so nothing is lost by the division.
      const exact = (kind === 'gross less' ? first : (q * first) / unit) - less;
      const expected = exact < 10n ** 12n * unit && exact > -(10n ** 12n) * unit ? exact : null;
      const found = judged[index]!.amount;
      expect(found === null ? null : unitsOf(found), `${quantity} ${a} ${b} ${kind} by ${JSON.stringify(style)}`).toBe(expected);
    }
  });
  await fc.assert(property, { ...propertySettings('computed amounts', 40), endOnFailure: true });
});
