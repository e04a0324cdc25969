import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countLogLines } from './support/count-log-lines.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { expectNothingLeft, expectPublished, publishedSeq } from './support/oracle.js';
import { publishedRun } from './support/published-run.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;

describe('Redis', () => {
  beforeAll(async () => {
    stack = await startFaultStack({ timeScale: 0.1 });
  });
  afterAll(() => stack?.stop());

  test.each([3, 60])('is stopped for %i s while nothing works', async (seconds) => {
    await stack.redis.stop();
    // The loss of a connection takes a moment to be noticed.
    await expect.poll(async () => (await stack.request('/readyz')).status, { timeout: 10_000 }).toBe(503);
    for (let second = 0; second < seconds; second += 1) {
      const startedMs = Date.now();
      expect((await stack.request('/api/runs', { method: 'POST', body: '{}' })).status).toBe(503);
      expect(Date.now() - startedMs).toBeLessThan(1_500);
      await sleep(1_000);
    }
    await stack.redis.start();
    await publishedRun(stack);
  });

  test.each([
    ['extractor', 'extract.after-chunk-file', 3],
    ['transformer', 'transform.after-manifest', 6],
    ['loader', 'load.before-fence', 60],
  ] as const)('is stopped while the %s is at %s, for %i s', async (name, point, seconds) => {
    const runId = await runUntil(stack, name, point);
    await stack.redis.stop();
    stack.services[name].signal('SIGCONT');
    await sleep(seconds * 1_000);
    await stack.redis.start();
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('does not answer for a while', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    stack.network('redis', (proxy) => proxy.hold());
    stack.services.transformer.signal('SIGCONT');
    await sleep(4_000);
    stack.network('redis', (proxy) => proxy.restore());
    await expectPublished(stack, await stack.waitFor(runId));
  });

  test('goes away without a word: nobody waits for it as long as the kernel would', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    stack.network('redis', (proxy) => proxy.vanish());
    stack.services.transformer.signal('SIGCONT');
    await expectPublished(stack, await stack.waitFor(runId));
    await publishedRun(stack);
  });

  test.each([
    ['gateway', 'start.after-claim'],
    ['extractor', 'plan.after-manifest'],
    ['extractor', 'extract.after-chunk-manifest'],
    ['extractor', 'extract.after-manifest'],
    ['transformer', 'transform.after-manifest'],
    ['transformer', 'merge.after-manifest'],
    ['loader', 'load.after-commit'],
    ['loader', 'load.after-state'],
  ] as const)('is wiped while the %s is at %s: the run goes on, or fails and says why', async (name, point) => {
    const before = await publishedSeq(stack);
    const put = await stack.request('/api/schedules/nightly', { method: 'PUT', body: JSON.stringify({ cron: '0 3 * * *', tz: 'UTC' }) });
    expect(put.status).toBeLessThan(300);
    const runId = await runUntil(stack, name, point);
    const redis = stack.redisClient();
    await redis.flushall();
    stack.services[name].signal('SIGCONT');
    const report = await stack.waitFor(runId);
    await expectPublished(stack, report);
    // History is the ledger's, and the schedule comes back.
    expect(await publishedSeq(stack)).toBeGreaterThanOrEqual(before);
    await expect.poll(() => redis.zrange('{retail-etl}:runs:repeat', 0, '-1'), { timeout: 30_000 }).toContain('nightly');
    redis.disconnect();
  });

  test('is full for a while: nothing spins, and the run goes on', async () => {
    const runId = await runUntil(stack, 'transformer', 'transform.after-partial-file');
    const redis = stack.redisClient();
    await redis.config('SET', 'maxmemory', '1mb');
    const lines = await countLogLines(stack);
    stack.services.transformer.signal('SIGCONT');
    await sleep(4_000);
    // A worker that asks without pause would write thousands of lines.
    expect((await countLogLines(stack)) - lines).toBeLessThan(400);
    await redis.config('SET', 'maxmemory', '512mb');
    redis.disconnect();
    await expectPublished(stack, await stack.waitFor(runId));
    await publishedRun(stack);
  });

  test('nothing is left', () => expectNothingLeft(stack));
});
