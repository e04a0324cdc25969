import { EtlError } from '@retail-etl/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { describeComparison } from './compare-conformance.js';
import { describeDamage } from './damage-conformance.js';
import type { Attempt } from './loader-place.js';
import { commit, open, publishRows, write } from './publish-rows.js';
import { csvText, type ProductRow, productRows } from './summary-files.js';
import { isSkip, reasonOf, type TargetHarness } from './target-harness.js';

const OPEN = new AbortController().signal;

/** One test for each promise in the docstrings of `Target`. */
export function describeTarget(name: string, harness: TargetHarness): void {
  describe(`${name} keeps the promises of a target`, () => {
    beforeAll(() => harness.place.open());
    afterAll(() => harness.place.close());
    beforeEach(() => harness.place.clear());
    describeStage(harness);
    describeComparison(harness);
    describePublication(harness);
    describeFinish(harness);
    describeDiscard(harness);
    describeDamage(harness);
    describeLoss(harness);
  });
}

const OLD = productRows(2_500, 1);
const NEW = [...productRows(1_000, 2), ...productRows(2_000, 1, 1_500)];

function describeStage(harness: TargetHarness): void {
  test('stage changes nothing for readers, and may be repeated', async () => {
    await publishRows(harness, OLD);
    const attempt = await open(harness);
    for (const rows of [productRows(10, 9), NEW, NEW]) {
      await attempt.target.stage(await write(harness, rows), OPEN);
      expect(await harness.read()).toBe(csvText(OLD));
    }
    const summary = await write(harness, NEW);
    await attempt.target.stage(summary, OPEN);
    await commit(attempt, summary);
    await attempt.target.finish(summary);
    expect(await harness.read()).toBe(csvText(NEW));
    expect(await harness.leftovers(attempt)).toEqual([]);
    attempt.end();
  });

  test('stage shows nothing where nothing has been published', async () => {
    const attempt = await open(harness);
    await attempt.target.stage(await write(harness, NEW), OPEN);
    expect(await harness.read()).toBeNull();
    await attempt.target.discard();
    expect(await harness.read()).toBeNull();
    attempt.end();
  });

  test('stage removes what attempts that died have left', async () => {
    await publishRows(harness, OLD);
    for (const end of ['died', 'abandoned'] as const) {
      const dead = await open(harness);
      await dead.target.stage(await write(harness, productRows(50, 5)), OPEN);
      if (end === 'died') dead.die();
      const attempt = await (end === 'died' ? open(harness) : harness.place.attempt(harness.name, dead.connection));
      await attempt.target.stage(await write(harness, NEW), OPEN);
      await attempt.target.discard();
      expect(await harness.leftovers(attempt), end).toEqual([]);
      expect(await harness.read()).toBe(csvText(OLD));
      attempt.end();
    }
  });

  test.each(['before it begins', 'in the middle'])('stage rejects with the reason of its signal, aborted %s', async (when) => {
    await publishRows(harness, OLD);
    const summary = await write(harness, productRows(60_000, 3));
    const attempt = await open(harness);
    const controller = new AbortController();
    const reason = new Error('stopped');
    if (when === 'before it begins') controller.abort(reason);
    else setImmediate(() => controller.abort(reason));
    await expect(attempt.target.stage(summary, controller.signal)).rejects.toBe(reason);
    await attempt.target.discard();
    expect(await harness.leftovers(attempt)).toEqual([]);
    expect(await harness.read()).toBe(csvText(OLD));
    attempt.end();
  });
}

function describePublication(harness: TargetHarness): void {
  test.each([
    ['the first one, into an empty target', [], NEW],
    ['one that changes, adds and removes products', OLD, NEW],
    ['one that shares no product', OLD, productRows(2_500, 1, 10_000)],
    ['one of the same sums', OLD, OLD],
    ['one product alone', OLD, productRows(1, 4)],
    ['no product at all', OLD, []],
    ['the largest and smallest values', OLD, extremes()],
  ])('publish, commit and finish show the summary, all of it: %s', async (_what, before, after) => {
    if (before.length > 0) await publishRows(harness, before);
    await publishRows(harness, after);
    expect(await harness.read()).toBe(after.length === 0 && harness.visibleAfter === 'commit' ? null : csvText(after));
  });

  test('200,000 products are published, and replaced', { timeout: 120_000 }, async () => {
    const rows = productRows(200_000, 1);
    await publishRows(harness, rows);
    expect((await harness.read()) === csvText(rows)).toBe(true);
    const changed = rows.slice(100).map((row, index) => (index % 3 === 0 ? { ...row, cents: row.cents + 1n } : row));
    await publishRows(harness, changed);
    expect((await harness.read()) === csvText(changed)).toBe(true);
  });

  describeReaders(harness);
}

/** What readers see while others publish, or fail to. */
function describeReaders(harness: TargetHarness): void {
  test('publish and rollback leave what readers saw, and the summary can be published afterwards', async () => {
    await publishRows(harness, OLD);
    const attempt = await open(harness);
    const summary = await write(harness, NEW);
    await attempt.target.stage(summary, OPEN);
    for (let time = 0; time < 2; time += 1) {
      await attempt.begin();
      await attempt.target.publish(summary);
      expect(await harness.read()).toBe(csvText(OLD));
      await attempt.rollback();
      expect(await harness.read()).toBe(csvText(OLD));
    }
    await commit(attempt, summary);
    await attempt.target.finish(summary);
    expect(await harness.read()).toBe(csvText(NEW));
    attempt.end();
  });

  test('readers see the old summary or the new one, each whole, at every moment', { timeout: 120_000 }, async () => {
    const versions = [productRows(4_000, 1), productRows(5_000, 2, 2_000)];
    const texts = versions.map(csvText);
    await publishRows(harness, versions[0]!);
    const done = new AbortController();
    let reads = 0;
    const wrong: string[] = [];
    const reader = (async () => {
      while (!done.signal.aborted) {
        const seen = await harness.read();
        if (seen === null || !texts.includes(seen)) wrong.push(seen?.slice(0, 200) ?? 'nothing');
        reads += 1;
      }
    })();
    for (let turn = 1; turn <= 12; turn += 1) {
      await publishRows(harness, versions[turn % 2]!);
      const readsBefore = reads;
      expect(await harness.read()).toBe(texts[turn % 2]);
      await expect.poll(() => reads, { timeout: 20_000, interval: 1 }).toBeGreaterThan(readsBefore);
    }
    done.abort();
    await reader;
    expect(wrong).toEqual([]);
  });

  test.skipIf(isSkip(harness.distort))(`${reasonOf(harness.distort)}publish refuses what the target does not hold exactly`, async () => {
    await publishRows(harness, OLD);
    const restore = await (harness.distort as () => Promise<() => Promise<void>>)();
    const attempt = await open(harness);
    const summary = await write(harness, NEW);
    await attempt.target.stage(summary, OPEN);
    await attempt.begin();
    await expect(attempt.target.publish(summary)).rejects.toMatchObject({ code: 'BOOKS_UNBALANCED' });
    await attempt.rollback();
    await restore();
    expect(await harness.read()).toBe(csvText(OLD));
    await attempt.target.discard();
    attempt.end();
  });
}

function describeFinish(harness: TargetHarness): void {
  test('finish works in another process that staged nothing, and again', async () => {
    await publishRows(harness, OLD);
    const dead = await open(harness);
    const summary = await write(harness, NEW);
    await dead.target.stage(summary, OPEN);
    await commit(dead, summary);
    expect(await harness.read()).toBe(csvText(harness.visibleAfter === 'commit' ? NEW : OLD));
    dead.die();
    for (let process = 0; process < 2; process += 1) {
      const attempt = await open(harness);
      await attempt.target.finish(summary);
      expect(await harness.read()).toBe(csvText(NEW));
      await attempt.target.finish(summary);
      await attempt.target.discard();
      expect(await harness.read()).toBe(csvText(NEW));
      expect(await harness.leftovers(attempt)).toEqual([]);
      attempt.end();
    }
  });
}

function describeDiscard(harness: TargetHarness): void {
  test('discard leaves nothing, wherever the attempt ended, and readers do not notice', async () => {
    await publishRows(harness, OLD);
    const summary = await write(harness, NEW);
    const ways: Record<string, (attempt: Attempt) => Promise<void>> = {
      'without stage': () => Promise.resolve(),
      'after stage': ({ target }) => target.stage(summary, OPEN),
      'after stage twice': async ({ target }) => {
        await target.stage(summary, OPEN);
        await target.stage(summary, OPEN);
      },
      'after compare': async ({ target }) => {
        await target.stage(summary, OPEN);
        await target.compare(summary);
      },
      'after a rollback': async (attempt) => {
        await attempt.target.stage(summary, OPEN);
        await attempt.begin();
        await attempt.target.publish(summary);
        await attempt.rollback();
      },
    };
    for (const [way, go] of Object.entries(ways)) {
      const attempt = await open(harness);
      await go(attempt);
      await attempt.target.discard();
      await attempt.target.discard();
      expect(await harness.leftovers(attempt), way).toEqual([]);
      expect(await harness.read(), way).toBe(csvText(OLD));
      attempt.end();
    }
  });

  test('discard does not throw when the connection is lost', async () => {
    const attempt = await open(harness);
    await attempt.target.stage(await write(harness, NEW), OPEN);
    attempt.die();
    await expect(attempt.target.discard()).resolves.toBeUndefined();
  });
}

function describeLoss(harness: TargetHarness): void {
  test.skipIf(isSkip(harness.disconnect))(
    `${reasonOf(harness.disconnect)}a server that goes away is a transient error at every call, and readers do not notice`,
    async () => {
      const disconnect = harness.disconnect as (attempt: Attempt) => Promise<void>;
      await publishRows(harness, OLD);
      const summary = await write(harness, NEW);
      for (const call of ['stage', 'compare', 'publish', 'finish'] as const) {
        const attempt = await open(harness);
        if (call !== 'stage') await attempt.target.stage(summary, OPEN);
        if (call === 'publish') await attempt.begin();
        await disconnect(attempt);
        const error: unknown = await attempt.target[call](summary, OPEN).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        expect(error, call).toBeInstanceOf(EtlError);
        expect((error as EtlError).transient, call).toBe(true);
        await attempt.target.discard();
        attempt.die();
        expect(await harness.read(), call).toBe(csvText(OLD));
      }
      await publishRows(harness, NEW);
      expect(await harness.read()).toBe(csvText(NEW));
    },
  );
}

function extremes(): ProductRow[] {
  const max = 9_223_372_036_854_775_807n;
  return [
    { product: -max - 1n, quantity: 1n, cents: 0n },
    { product: -1n, quantity: 0n, cents: 1n },
    { product: 0n, quantity: -5n, cents: -250n },
    { product: 1n, quantity: max, cents: 99_999_999_999_999_999_999n },
    { product: max, quantity: 1n, cents: -99_999_999_999_999_999_999n },
  ];
}
