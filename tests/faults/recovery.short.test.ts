import { openGatewayQueues } from '@retail-etl/queue';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { damageFile } from './support/damage-file.js';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announce, expectNothingLeft, expectPublished, readTarget } from './support/oracle.js';
import { runUntil } from './support/run-until.js';

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1 });
});
afterAll(() => stack?.stop());

test.each([
  ['extractor', 'extract.after-chunk-file'],
  ['transformer', 'merge.after-summary-file'],
  ['loader', 'load.after-fence'],
] as const)('%s is asked to stop while it works: the job is finished or given back', async (name, point) => {
  const runId = await runUntil(stack, name, point);
  const service = stack.services[name];
  service.signal('SIGTERM');
  service.signal('SIGCONT');
  await expectPublished(stack, await stack.waitFor(runId));
});

test.each(['before', 'after'] as const)('the COMMIT that publishes is lost %s it reaches MySQL', async (which) => {
  await stack.source.change();
  const lost = stack.proxies.mysql.loader.loseCommit(which);
  const runId = await stack.trigger();
  await announce(stack, runId);
  await lost;
  await expectPublished(stack, await stack.waitFor(runId));
});

test('the loader is killed between the COMMIT and its reply', async () => {
  await stack.source.change();
  const lost = stack.proxies.mysql.loader.loseCommit('after').then(() => stack.services.loader.signal('SIGKILL'));
  const runId = await stack.trigger();
  await announce(stack, runId);
  await lost;
  await expectPublished(stack, await stack.waitFor(runId));
});

test.each([
  ['extractor', 'extract.after-chunk-manifest'],
  ['transformer', 'transform.after-partial-file'],
  ['loader', 'load.before-commit'],
] as const)('Redis is restarted while the %s works', async (name, point) => {
  const runId = await runUntil(stack, name, point);
  await stack.redis.kill();
  await stack.redis.start();
  stack.services[name].signal('SIGCONT');
  await expectPublished(stack, await stack.waitFor(runId));
});

test.each([
  ['extractor', 'plan.after-attach'],
  ['extractor', 'extract.after-chunk-manifest'],
  ['transformer', 'transform.after-manifest'],
  ['transformer', 'merge.after-findings'],
  ['loader', 'load.after-csv-copy'],
  ['loader', 'load.before-fence'],
] as const)('a run is cancelled while the %s is at %s: nothing is published, and the next run is', async (name, point) => {
  const before = await readTarget(stack);
  // Not announced: a reader that saw this run would be a problem.
  const runId = await runUntil(stack, name, point, { announced: false });
  const answer = await stack.request(`/api/runs/${runId}/cancel`, { method: 'POST' });
  expect(answer.status).toBe(200);
  const report = await stack.waitFor(runId, ({ state }) => state === 'cancelled', 5_000);
  expect(report.error).toBeNull();
  stack.services[name].signal('SIGCONT');
  await sleep(300);
  expect(await readTarget(stack)).toEqual(before);
  const next = await stack.trigger();
  await announce(stack, next);
  await expectPublished(stack, await stack.waitFor(next));
  expect((await stack.waitFor(runId)).state).toBe('cancelled');
});

test('a cancel after the commit is refused, and the run is published', async () => {
  const runId = await runUntil(stack, 'loader', 'load.after-commit');
  expect((await stack.request(`/api/runs/${runId}/cancel`, { method: 'POST' })).status).toBe(409);
  stack.services.loader.signal('SIGCONT');
  await expectPublished(stack, await stack.waitFor(runId));
});

test('a double click with one Idempotency-Key makes one run', async () => {
  await stack.source.change();
  const click = async (): Promise<string> => {
    const response = await stack.request('/api/runs', { method: 'POST', body: '{}', headers: { 'idempotency-key': 'the same' } });
    expect(response.status).toBe(202);
    return ((await response.json()) as { id: string }).id;
  };
  const ids = await Promise.all([click(), click(), click()]);
  expect(new Set(ids).size).toBe(1);
  await expectPublished(stack, await stack.waitFor(ids[0]));
});

test('runs triggered during a run wait for their turn, in order', async () => {
  const first = await runUntil(stack, 'transformer', 'merge.after-rejects');
  const second = await stack.trigger();
  const third = await stack.trigger();
  for (const id of [second, third]) await announce(stack, id);
  expect((await stack.report(second))?.state).toBe('queued');
  stack.services.transformer.signal('SIGCONT');
  const reports = [];
  for (const id of [first, second, third]) reports.push(await stack.waitFor(id));
  for (const report of reports) expect(report.state).toBe('published');
  for (const [earlier, later] of [reports.slice(0, 2), reports.slice(1)]) {
    expect(Date.parse(earlier!.finishedAt!)).toBeLessThanOrEqual(Date.parse(later!.startedAt!));
  }
  await expectPublished(stack, reports[2]!);
});

test('every job of a run is delivered a second time, during the run and after it', async () => {
  const runId = await runUntil(stack, 'loader', 'load.before-fence');
  const queues = openGatewayQueues(stack.redis.url, () => undefined);
  try {
    await sleep(200);
    const jobs = (await Promise.all(['extract', 'transform', 'load'].map((name) => queues[name as 'extract'].getJobs()))).flat();
    const own = jobs.filter((job) => job.id?.startsWith(runId) === true);
    expect(own.map((job) => job.name)).toEqual(expect.arrayContaining(['plan', 'extract', 'transform', 'merge', 'load']));
    const deliverAgain = async (round: string): Promise<void> => {
      for (const { name, data, queueName, id } of own) {
        await queues[queueName as 'extract'].add(name, data, { jobId: `again-${round}.${id}`, removeOnComplete: true });
      }
    };
    await deliverAgain('during');
    await sleep(500);
    stack.services.loader.signal('SIGCONT');
    await expectPublished(stack, await stack.waitFor(runId));
    await deliverAgain('after');
    await expect.poll(async () => (await queues.load.getJobs(['waiting', 'active', 'delayed'])).length, { timeout: 30_000 }).toBe(0);
    await expectPublished(stack, await stack.waitFor(runId));
  } finally {
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
  }
});

test('the gateway is killed after the job of the dashboard is recorded, after a cancel and after a retry', async () => {
  await stack.source.change();
  const { gateway } = stack.services;
  const queues = openGatewayQueues(stack.redis.url, () => undefined);
  try {
    await gateway.arm('start.after-record');
    await sleep(200);
    const job = await queues.runs.add('by hand', {});
    const runOf = async (): Promise<string | undefined> => {
      const [rows] = await stack.mysql.query('SELECT run_id FROM etl_runs WHERE idempotency_key = ?', [`runs:${job.id}:${job.timestamp}`]);
      return (rows as { run_id: string }[])[0]?.run_id;
    };
    await expect.poll(runOf, { timeout: 20_000 }).toBeDefined();
    const runId = (await runOf())!;
    await announce(stack, runId);
    await expectPublished(stack, await stack.waitFor(runId));
    expect(gateway.isArmed()).toBe(false);
  } finally {
    await Promise.all(Object.values(queues).map((queue) => queue.close()));
  }

  const cancelled = await runUntil(stack, 'transformer', 'merge.after-rejects', { announced: false });
  await gateway.arm('cancel.after-state');
  await stack.request(`/api/runs/${cancelled}/cancel`, { method: 'POST' }).catch(() => undefined);
  stack.services.transformer.signal('SIGCONT');
  expect((await stack.waitFor(cancelled)).state).toBe('cancelled');
  expect(gateway.isArmed()).toBe(false);
});

test('the gateway is killed after a retry is recorded', async () => {
  const runId = await runUntil(stack, 'extractor', 'extract.after-chunk-manifest');
  await damageFile(stack, runId, 'chunks', '.parquet', 'truncate');
  stack.services.extractor.signal('SIGCONT');
  expect((await stack.waitFor(runId)).error).toMatchObject({ code: 'STAGED_CORRUPT' });
  await stack.services.gateway.arm('retry.after-state');
  await stack.request(`/api/runs/${runId}/retry`, { method: 'POST' }).catch(() => undefined);
  await expectPublished(stack, await stack.waitFor(runId, ({ state }) => state === 'published'));
  expect(stack.services.gateway.isArmed()).toBe(false);
});

test('nothing is left of any of these', () => expectNothingLeft(stack));
