import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { readByPattern, readIso } from './date-oracle.js';
import { DATES, HOSTILE, ISO_TEXTS, many, patterns, textsOfPattern, TIMES, zones } from './date-texts.js';
import { DeclaredJudge } from './declared-judge.js';

let judge: DeclaredJudge;

beforeAll(async () => {
  judge = await DeclaredJudge.open();
});
afterAll(() => judge.close());

const yamlOf = (pattern: string | null, zone: string | null): string => `
product: text
sources:
  - name: a
    files: '*.csv'${pattern === null ? '' : `\n    dates: ${JSON.stringify(pattern)}`}${zone === null ? '' : `\n    zone: ${zone}`}
    columns: { product_id: { value: p }, quantity: { value: '1' }, sale_amount: { value: '1' }, sale_date: d }`;

async function holdAgainst(
  texts: readonly string[],
  { pattern, zone }: { pattern: string | null; zone: string | null },
): Promise<{ valid: number; refused: number }> {
  const counts = { valid: 0, refused: 0 };
  const judged = await judge.judge(
    yamlOf(pattern, zone),
    texts.map((text) => [text]),
  );
  for (const [index, text] of texts.entries()) {
    const expected = pattern === null ? readIso(text, zone) : readByPattern(text, pattern, zone);
    const { outcome, day } = judged[index]!;
    const shown = `${JSON.stringify(text)} by ${pattern ?? 'ISO 8601'}${zone === null ? '' : ` in ${zone}`}`;
    // Long ago, zones had no offset in whole minutes, and Intl has another calendar; of years to come, versions of its data differ.
    const isFar = zone !== null && expected !== null && (expected < '1950' || expected > '2037-12-30');
    if (isFar) expect(outcome, shown).toBe('accepted');
    else expect(outcome === 'accepted' ? day?.slice(0, 10) : null, shown).toBe(expected);
    if (expected === null) expect(outcome, shown).toBe(text.replaceAll(' ', '') === '' ? 'missing_value' : 'invalid_date');
    counts[expected === null ? 'refused' : 'valid'] += 1;
  }
  return counts;
}

test('every date is the day that an independent reading of the pattern gives, or none', { timeout: 60_000 }, async () => {
  let [valid, refused] = [0, 0];
  const cases = patterns.chain((pattern) =>
    fc.record({ pattern: fc.constant(pattern), zone: zones, texts: many(textsOfPattern(pattern), 120) }),
  );
  const property = fc.asyncProperty(cases, async ({ pattern, zone, texts }) => {
    const counts = await holdAgainst([...texts, ...HOSTILE], { pattern, zone });
    valid += counts.valid;
    refused += counts.refused;
  });
  await fc.assert(property, { ...propertySettings('declared dates', 120), endOnFailure: true });
  // The texts are of both kinds, or the test says little.
  expect(Math.min(valid, refused)).toBeGreaterThan((valid + refused) / 20);
});

test('every pattern reads what is of its form, and nothing else of the usual texts', { timeout: 60_000 }, async () => {
  const times = [...new Set(TIMES)];
  const all = [...DATES.flatMap((date) => ['', ' %H', ' %H:%M'].map((time) => date + time)), ...times.map((time) => `%d/%m/%Y${time}`)];
  let valid = 0;
  for (const pattern of all) valid += (await holdAgainst(HOSTILE, { pattern, zone: null })).valid;
  expect(valid).toBeGreaterThan(20);
});

test('every date without a pattern is the day that an independent reading of ISO 8601 gives, or none', { timeout: 60_000 }, async () => {
  const texts = many(fc.constantFrom(...ISO_TEXTS).chain(textsOfPattern), 400);
  const property = fc.asyncProperty(texts, zones, async (all, zone) => {
    // An offset that is none is let pass where no day depends on it.
    const isOdd = (text: string): boolean => zone === null && /[+-]\d\d(:?\d\d)? *$/.test(text) && readIso(text, null) === null;
    await holdAgainst(
      [...all, ...HOSTILE].filter((text) => !isOdd(text)),
      { pattern: null, zone },
    );
  });
  await fc.assert(property, { ...propertySettings('dates of ISO 8601', 20), endOnFailure: true });
});
