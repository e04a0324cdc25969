import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '@retail-etl/faults';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServiceName } from '../support/service-processes.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';

const TIME_SCALE = 0.1;
/** Files that have changed within the last two seconds, scaled, are not kept. */
const AGE_MS = 3_000 * TIME_SCALE;

const POINTS: readonly (readonly [ServiceName, CrashPoint])[] = [
  ['extractor', 'plan.after-manifest'],
  ['extractor', 'plan.after-restore'],
  ['extractor', 'plan.after-attach'],
  ['transformer', 'merge.after-manifest'],
  ['transformer', 'merge.after-keep'],
];

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: TIME_SCALE });
});
afterAll(() => stack?.stop());

async function publish(): Promise<number> {
  const id = await stack.trigger();
  await announce(stack, id);
  const report = await stack.waitFor(id);
  await expectPublished(stack, report);
  return (report.inputs ?? []).reduce((sum, { reused }) => sum + reused, 0);
}

test.each(POINTS)('killed (%s) at %s, what was kept is used, and what is kept is whole', async (name, point) => {
  await stack.source.change();
  await sleep(AGE_MS);
  // Once while all is read and kept, and once while it is used.
  const passes = point === 'merge.after-keep' ? 1 : 2;
  for (let pass = 0; pass < passes; pass += 1) {
    const deaths = stack.services[name].deaths;
    await stack.services[name].arm(point);
    await publish();
    await expect.poll(() => stack.services[name].deaths, { timeout: 10_000 }).toBe(deaths + 1);
  }
  await publish();
  expect(await publish()).toBeGreaterThan(0);
});

test('nothing is left of the killed attempts', () => expectNothingLeft(stack));
