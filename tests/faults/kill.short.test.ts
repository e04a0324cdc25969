import { CRASH_POINTS, type CrashPoint } from '@retail-etl/faults';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SERVICE_NAMES } from '../support/service-processes.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';

/** Points that only a cancel, a retry, a job of the dashboard or files of some age pass have tests of their own. */
const ELSEWHERE: ReadonlySet<CrashPoint> = new Set(['start.after-record', 'cancel.after-state', 'retry.after-state', 'merge.after-keep']);

const points = Object.fromEntries(
  SERVICE_NAMES.map((name) => [name, (CRASH_POINTS[name] as readonly CrashPoint[]).filter((point) => !ELSEWHERE.has(point))]),
) as unknown as Record<(typeof SERVICE_NAMES)[number], readonly CrashPoint[]>;
const rounds = Math.max(...Object.values(points).map((each) => each.length));

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
});
afterAll(() => stack?.stop());

test.each(
  Array.from({ length: rounds }, (_, round) => [SERVICE_NAMES.flatMap((name) => points[name][round] ?? []).join(', '), round] as const),
)('killed at %s, the run is published once', async (_names, round) => {
  await stack.source.change();
  const armed = SERVICE_NAMES.filter((name) => points[name][round] !== undefined);
  for (const name of armed) await stack.services[name].arm(points[name][round]!);
  const deaths = armed.map((name) => stack.services[name].deaths);
  const runId = await stack.trigger();
  await announce(stack, runId);
  const report = await stack.waitFor(runId);
  await expectPublished(stack, report);
  expect(armed.filter((name) => stack.services[name].isArmed())).toEqual([]);
  for (const [index, name] of armed.entries())
    await expect.poll(() => stack.services[name].deaths, { timeout: 10_000 }).toBe(deaths[index]! + 1);
});

test('nothing is left of the killed attempts', () => expectNothingLeft(stack));
