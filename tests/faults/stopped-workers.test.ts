import { CRASH_POINTS } from '@retail-etl/faults';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished } from './support/oracle.js';
import type { ServiceProcess } from './support/service-process.js';

let stack: FaultStack;
const all: ServiceProcess[] = [];
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
  all.push(...Object.values(stack.services));
  for (const name of ['extractor', 'transformer', 'loader', 'gateway'] as const) all.push(await stack.addService(name));
  await Promise.all(all.map((service) => service.ready()));
});
afterAll(() => stack?.stop());

const cases = (['extractor', 'transformer', 'loader'] as const).flatMap((name) =>
  CRASH_POINTS[name].map((point) => [name, point] as const),
);

test.each(cases)('a %s that was stopped at %s wakes after its job was given to another', async (name, point) => {
  await stack.source.change();
  await stack.services[name].arm(point, 1, 'SIGSTOP');
  const runId = await stack.trigger();
  await announce(stack, runId);
  await expect.poll(() => all.some((service) => service.isStopped()), { timeout: 30_000 }).toBe(true);
  const stopped = all.find((service) => service.isStopped())!;
  await expectPublished(stack, await stack.waitFor(runId));
  stopped.signal('SIGCONT');
  await sleep(700);
  await expectPublished(stack, await stack.waitFor(runId));
});

test.each(CRASH_POINTS.gateway.slice(2, 4))('one of two gateways is stopped at %s', async (point) => {
  await stack.source.change();
  await stack.services.gateway.arm(point, 1, 'SIGSTOP');
  const other = all.at(-1)!;
  const response = await stack.request('/api/runs', { method: 'POST', body: '{}' });
  const { id } = (await response.json()) as { id: string };
  await announce(stack, id);
  await expect.poll(() => all.some((service) => service.isStopped()), { timeout: 30_000 }).toBe(true);
  const stopped = all.find((service) => service.isStopped())!;
  const awake = stopped === other ? stack.services.gateway : other;
  const ended = async (): Promise<string> =>
    ((await (await stack.request(`/api/runs/${id}`, {}, awake)).json()) as { state: string }).state;
  await expect.poll(ended, { timeout: 60_000 }).toBe('published');
  stopped.signal('SIGCONT');
  await expectPublished(stack, await stack.waitFor(id));
});

test('two gateways, twenty triggers at once: every run is published, one after the other', async () => {
  await stack.source.change();
  const gateways = [stack.services.gateway, all.at(-1)!];
  const ids = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const response = await stack.request('/api/runs', { method: 'POST', body: '{}' }, gateways[index % 2]);
      expect(response.status).toBe(202);
      return ((await response.json()) as { id: string }).id;
    }),
  );
  for (const id of ids) await announce(stack, id);
  const reports = [];
  for (const id of ids) reports.push(await stack.waitFor(id));
  expect(reports.map(({ state }) => state)).toEqual(ids.map(() => 'published'));
  const inOrder = reports.sort((a, b) => a.seq - b.seq);
  for (const [index, report] of inOrder.slice(1).entries()) {
    expect(Date.parse(report.startedAt!)).toBeGreaterThanOrEqual(Date.parse(inOrder[index]!.finishedAt!));
  }
});

test('nothing is left', () => expectNothingLeft(stack));
