import { expect, test } from 'vitest';
import type { Comparison } from '../src/targets/target.js';
import { amountText, csvText, type ProductRow, productRows, writeSummary } from './summary-files.js';
import { publishRows } from './publish-rows.js';
import { casesOf, isSkip, reasonOf, type TargetHarness } from './target-harness.js';

const OPEN = new AbortController().signal;

type Sums = { quantity: string; amount: string } | null;

const sumsOf = (row: ProductRow | undefined): Sums =>
  row === undefined ? null : { quantity: String(row.quantity), amount: amountText(row.cents) };

/** What a comparison has to say, worked out product by product. Differences come with their sizes, since equal ones may come in any order. */
function expectedComparison(before: readonly ProductRow[], after: readonly ProductRow[]) {
  const olds = new Map(before.map((row) => [row.product, row]));
  const news = new Map(after.map((row) => [row.product, row]));
  const changes = { added: 0, removed: 0, changed: 0, unchanged: 0 };
  const differences: { size: bigint; productId: string; before: Sums; after: Sums }[] = [];
  for (const product of new Set([...olds.keys(), ...news.keys()])) {
    const [old, now] = [olds.get(product), news.get(product)];
    const isSame = old !== undefined && now !== undefined && old.quantity === now.quantity && old.cents === now.cents;
    changes[isSame ? 'unchanged' : old === undefined ? 'added' : now === undefined ? 'removed' : 'changed'] += 1;
    const difference = (now?.cents ?? 0n) - (old?.cents ?? 0n);
    const size = difference < 0n ? -difference : difference;
    if (!isSame) differences.push({ size, productId: String(product), before: sumsOf(old), after: sumsOf(now) });
  }
  differences.sort((a, b) => (a.size < b.size ? 1 : a.size > b.size ? -1 : 0));
  return { changes, differences };
}

function expectComparison(found: Comparison | null, before: readonly ProductRow[], after: readonly ProductRow[]): void {
  const { changes, differences } = expectedComparison(before, after);
  expect(found?.changes).toEqual(changes);
  const sizes = new Map(differences.map(({ productId, size }) => [productId, size]));
  const all = new Map(differences.map(({ size: _size, ...difference }) => [difference.productId, difference]));
  expect(found?.differences.map(({ productId }) => sizes.get(productId))).toEqual(differences.slice(0, 10).map(({ size }) => size));
  for (const difference of found?.differences ?? []) expect(difference).toEqual(all.get(difference.productId));
}

const shuffled = (version: number): ProductRow[] =>
  productRows(400, version, version * 60).map((row, index) => ({
    ...row,
    cents: index % 5 === 0 ? BigInt(index * 1_009) : BigInt(((index * 7_919 * version) % 100_003) * (index % 7 === 0 ? -1 : 1)),
  }));

const ONE = productRows(5, 1);
const CASES: [string, readonly ProductRow[], readonly ProductRow[]][] = [
  ['many of every kind', shuffled(1), shuffled(2)],
  ['many of every kind, the other way', shuffled(3), shuffled(1)],
  ['no change', ONE, ONE],
  ['quantities alone', ONE, ONE.map((row) => ({ ...row, quantity: row.quantity + 1n }))],
  ['amounts alone, by a cent', ONE, ONE.map((row) => ({ ...row, cents: row.cents - 1n }))],
  ['all of them added', [], ONE],
  ['all of them removed', ONE, []],
  ['one product for another', [{ product: 1n, quantity: 1n, cents: 100n }], [{ product: 2n, quantity: 1n, cents: 100n }]],
  [
    'amounts that differ beyond what a float holds',
    [{ product: 1n, quantity: 1n, cents: 99_999_999_999_999_999_998n }],
    [{ product: 1n, quantity: 1n, cents: 99_999_999_999_999_999_999n }],
  ],
];

export function describeComparison(harness: TargetHarness): void {
  test.skipIf(isSkip(harness.compares)).each(casesOf(harness.compares, CASES))(
    `${reasonOf(harness.compares)}compare says what publishing would change, and changes nothing: %s`,
    async (_what, before, after) => {
      if (before.length > 0) await publishRows(harness, before);
      const seen = await harness.read();
      const attempt = await harness.place.attempt(harness.name);
      const summary = await writeSummary(harness.place.summaries, after);
      await attempt.target.stage(summary, OPEN);
      for (let time = 0; time < 2; time += 1) expectComparison(await attempt.target.compare(summary), before, after);
      expect(await harness.read()).toBe(seen);
      await attempt.begin();
      await attempt.target.publish(summary);
      await attempt.commit();
      expect(await harness.read()).toBe(after.length === 0 ? null : csvText(after));
      await attempt.target.discard();
      attempt.end();
    },
  );

  test.runIf(isSkip(harness.compares))('compare says that it cannot tell, and changes nothing', async () => {
    await publishRows(harness, ONE);
    const attempt = await harness.place.attempt(harness.name);
    const summary = await writeSummary(harness.place.summaries, shuffled(1));
    await attempt.target.stage(summary, OPEN);
    expect(await attempt.target.compare(summary)).toBeNull();
    expect(await harness.read()).toBe(csvText(ONE));
    await attempt.target.discard();
    attempt.end();
  });
}
