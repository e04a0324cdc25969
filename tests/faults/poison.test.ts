import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, announceAll, expectNothingLeft, expectPublished } from './support/oracle.js';

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
});
afterAll(() => stack?.stop());

test.each([
  ['extractor', 'plan.after-folders'],
  ['transformer', 'transform.after-partial-file'],
  ['loader', 'load.before-commit'],
] as const)('a job that kills its %s every time fails its run after a few starts; the next run goes on', async (name, point) => {
  const service = stack.services[name];
  await service.stop();
  service.start({ ETL_CRASH_POINT: point });
  await stack.source.change();
  const deaths = service.deaths;
  const runId = await stack.trigger();
  const report = await stack.waitFor(runId);
  expect(report).toMatchObject({ state: 'failed', error: { code: 'STEP_CRASHED' } });
  // Two jobs of a run may work in one process, and each is started four times.
  expect(service.deaths - deaths).toBeLessThanOrEqual(10);
  await service.stop();
  service.start();
  const next = await stack.trigger();
  await announce(stack, next);
  await expectPublished(stack, await stack.waitFor(next));
});

test('a job of a schedule that kills its gateway every time is given up, too', { timeout: 900_000 }, async () => {
  const { gateway } = stack.services;
  await gateway.stop();
  gateway.start({ ETL_CRASH_POINT: 'start.after-record' });
  await gateway.ready();
  const put = await stack.request('/api/schedules/poison', { method: 'PUT', body: JSON.stringify({ cron: '* * * * *', tz: 'UTC' }) });
  expect(put.status).toBeLessThan(300);
  const redis = stack.redisClient();
  await expect
    .poll(async () => (await redis.zrange('{retail-etl}:runs:failed', 0, '-1')).some((id) => id.startsWith('repeat:poison:')), {
      timeout: 600_000,
      interval: 1_000,
    })
    .toBe(true);
  redis.disconnect();
  await gateway.stop();
  gateway.start();
  await gateway.ready();
  await stack.request('/api/schedules/poison', { method: 'DELETE' });
  // The ledger had taken the run before its job died: the sweep started it, and the job's own end changes nothing.
  await announceAll(stack);
  const [runs] = await stack.mysql.query("SELECT run_id FROM etl_runs WHERE trigger_kind = 'schedule'");
  for (const { run_id: runId } of runs as { run_id: string }[]) await stack.waitFor(runId, ({ state }) => state === 'published');
});

test('nothing is left', () => expectNothingLeft(stack));
