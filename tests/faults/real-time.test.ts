import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

/** What people are promised in seconds is measured with the waits as they are. */
let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 1 });
});
afterAll(() => stack?.stop());

/** Promised: a run goes on so soon after a kill. */
const GOES_ON_MS = 15_000;

test.each([
  ['gateway', 'start.after-claim'],
  ['extractor', 'extract.after-chunk-manifest'],
  ['transformer', 'transform.after-manifest'],
  ['transformer', 'merge.after-findings'],
  ['loader', 'load.after-fence'],
  ['loader', 'load.after-commit'],
] as const)('killed at %s %s, the run goes on within 15 s', async (name, point) => {
  const runId = await runUntil(stack, name, point);
  const killedMs = Date.now();
  stack.services[name].signal('SIGKILL');
  const report = await stack.waitFor(runId);
  // A run of so few rows has nothing else to wait for: what it took is the wait for another worker.
  expect(Date.now() - killedMs).toBeLessThan(GOES_ON_MS);
  await expectPublished(stack, report);
});

test.each([
  ['extractor', 'plan.after-manifest'],
  ['extractor', 'extract.after-chunk-manifest'],
  ['transformer', 'transform.after-partial-file'],
  ['transformer', 'merge.after-summary-file'],
  ['loader', 'load.after-csv-copy'],
] as const)('cancelled while the %s is at %s, the state is `cancelled` within two seconds', async (name, point) => {
  const runId = await runUntil(stack, name, point, { announced: false });
  const waiting = await stack.trigger();
  const askedMs = Date.now();
  for (const id of [waiting, runId]) {
    expect((await stack.request(`/api/runs/${id}/cancel`, { method: 'POST' })).status).toBe(200);
    await stack.waitFor(id, ({ state }) => state === 'cancelled', 2_000);
  }
  expect(Date.now() - askedMs).toBeLessThan(2_000);
  stack.services[name].signal('SIGCONT');
});

test('what cancelled runs staged, and their jobs, are gone within a minute', { timeout: 120_000 }, async () => {
  await sleep(60_000);
  const startedMs = Date.now();
  await expectNothingLeft(stack);
  expect(Date.now() - startedMs).toBeLessThan(5_000);
  const next = await stack.trigger();
  await announce(stack, next);
  await expectPublished(stack, await stack.waitFor(next));
});
