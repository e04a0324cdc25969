import { expect, test } from 'vitest';
import { RemovalAllowance } from '../src/runs/removal-allowance.js';

const PASS_MS = 30_000;
const HOUR = 3_600_000 / PASS_MS;

/** What is left of `kept` after so many passes, if all of it is taken for old, and so many more come in a day. */
async function leftAfter(kept: number, passes: number, perDay = 0, isOld = (count: number): number => count): Promise<number> {
  let [left, nowMs] = [kept, 0];
  const allowance = new RemovalAllowance(
    () => Promise.resolve(Math.round(left)),
    () => nowMs,
  );
  for (let pass = 0; pass < passes; pass += 1) {
    nowMs += PASS_MS;
    left += perDay / 24 / HOUR;
    await allowance.use(1_000, (limit) => {
      const removed = Math.min(limit, Math.floor(Math.max(0, isOld(left))));
      left -= removed;
      return Promise.resolve(removed);
    });
  }
  return left;
}

test.each([
  ['thirty runs', 30],
  ['a run a minute', 43_200],
])('of %s, all taken for old, an hour removes a twenty-fourth, and a day leaves a third', async (_what, kept) => {
  expect(await leftAfter(kept, 1)).toBeGreaterThanOrEqual(kept * 0.999);
  expect(await leftAfter(kept, HOUR)).toBeGreaterThanOrEqual(Math.floor((kept * 23) / 24) - 1);
  expect(await leftAfter(kept, 24 * HOUR)).toBeGreaterThan(kept / 3);
});

test.each([1, 2, 30])('what comes in and is kept %d days goes as fast as it comes', async (days) => {
  const perDay = 240;
  const left = await leftAfter(days * perDay, 5 * 24 * HOUR, perDay, (count) => count - days * perDay);
  expect(left).toBeLessThan(days * perDay * 1.01 + 2);
});

test('what was not removed for a year is not removed at once, nor what restarts would allow', async () => {
  let nowMs = 0;
  const limits: number[] = [];
  const remove = (limit: number): Promise<number> => Promise.resolve((limits.push(limit), limit));
  const start = (): RemovalAllowance =>
    new RemovalAllowance(
      () => Promise.resolve(240),
      () => nowMs,
    );
  const longRunning = start();
  nowMs += 365 * 86_400_000;
  await longRunning.use(1_000, remove);
  expect(limits.splice(0)).toEqual([10]);
  for (let restarts = 0; restarts < 1_000; restarts += 1) {
    const restarted = start();
    nowMs += PASS_MS;
    await restarted.use(1_000, remove);
  }
  expect(limits).toEqual([]);
});

test('no pass removes more than its share, and what it leaves is not lost', async () => {
  let nowMs = 0;
  const limits: number[] = [];
  const allowance = new RemovalAllowance(
    () => Promise.resolve(240),
    () => nowMs,
  );
  nowMs += 3_600_000;
  for (let pass = 0; pass < 3; pass += 1) await allowance.use(4, (limit) => Promise.resolve((limits.push(limit), limit)));
  expect(limits).toEqual([4, 4, 2]);
});
