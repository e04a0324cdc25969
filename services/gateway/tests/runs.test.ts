import { EtlError } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches, type StandIn, startSteps, type StandInSteps } from './support/steps.js';
import { type Accepted, forgetRuns, ledgerRuns, trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;
let steps: StandInSteps | undefined;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(() => forgetRuns(world));
afterEach(async () => {
  await steps?.close();
  steps = undefined;
});

test('a trigger is accepted with the address of its report, and runs through', async () => {
  steps = await startSteps(world);
  const response = await gateway.api('POST', '/api/runs', { from: '2026-01-01', to: '2026-01-31' });
  expect(response.status).toBe(202);
  const accepted = (await response.json()) as Accepted;
  expect(response.headers.get('location')).toBe(accepted.url);
  expect(accepted.url).toBe(`/api/runs/${accepted.id}`);
  const report = await reaches(gateway, accepted.id, 'published');
  expect(report).toMatchObject({ trigger: { kind: 'api', by: 'api', late: false }, params: { from: '2026-01-01', to: '2026-01-31' } });
  expect(steps.done).toEqual([`${accepted.id}.1.plan`, `${accepted.id}.1.merge`, `${accepted.id}.1.load`]);
});

test('a trigger without a body is a run of everything', async () => {
  const response = await gateway.api('POST', '/api/runs', undefined);
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as Accepted;
  expect(((await (await gateway.api('GET', `/api/runs/${id}`)).json()) as RunReport).params).toEqual({});
});

test('one key is one run, however often and at the same time', async () => {
  const key = { 'idempotency-key': 'order 66' };
  const all = await Promise.all(Array.from({ length: 8 }, () => trigger(gateway, { dryRun: true }, key)));
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(await ledgerRuns(world)).toHaveLength(1);
  const other = await gateway.api('POST', '/api/runs', { dryRun: false }, key);
  expect(other.status).toBe(422);
  expect(await other.json()).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', status: 422 });
});

test.each([
  [{ from: '2026-02-30' }, 'from'],
  [{ from: '2026-02-02', to: '2026-02-01' }, 'after'],
  [{ from: 5 }, 'from'],
  [{ dryRun: 'yes' }, 'dryRun'],
  [{ fron: '2026-01-01' }, 'additional'],
  [[], 'object'],
])('%j is refused by name', async (body, word) => {
  const response = await gateway.api('POST', '/api/runs', body);
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as { code: string; message: string; remedy: string };
  expect(problem.code).toBe('REQUEST_INVALID');
  expect(problem.message).toContain(word);
  expect(problem.remedy).not.toBe('');
  expect(await ledgerRuns(world)).toEqual([]);
});

test('runs work one at a time, in the order of their triggers', async () => {
  const active: number[] = [];
  let working = 0;
  steps = await startSteps(world, async (step) => {
    if (step === 'plan') working += 1;
    active.push(working);
    if (step === 'load') working -= 1;
    return null;
  });
  const accepted: Accepted[] = [];
  for (let index = 0; index < 5; index += 1) accepted.push(await trigger(gateway));
  await reaches(gateway, (accepted.at(-1) as Accepted).id, 'published');
  expect(Math.max(...active)).toBe(1);
  expect(steps.done.filter((id) => id.endsWith('.load'))).toEqual(accepted.map(({ id }) => `${id}.1.load`));
});

test('a job added by hand is a run of the dashboard; one with bad data fails and says why', async () => {
  steps = await startSteps(world);
  const good = await gateway.deps.queues.runs.add('anything I like', { dryRun: true });
  await eventually(async () => {
    const found = await gateway.deps.queues.runs.getJob(good.id as string);
    if (!((await found?.isCompleted()) ?? false)) throw new Error('not completed');
  });
  const rows = await ledgerRuns(world);
  expect(rows).toMatchObject([{ trigger_kind: 'dashboard' }]);
  const done = await gateway.deps.queues.runs.getJob(good.id as string);
  expect(done?.returnvalue).toMatchObject({ runId: rows[0]?.run_id });
  await reaches(gateway, rows[0]?.run_id as string, 'previewed');

  const bad = await gateway.deps.queues.runs.add('x', { from: 'yesterday', colour: 'red' });
  const failed = await eventually(async () => {
    const found = await gateway.deps.queues.runs.getJob(bad.id as string);
    if (found?.finishedOn === undefined) throw new Error('not ended');
    return found;
  });
  expect(failed?.failedReason).toContain('[JOB_INVALID] ');
  expect(failed?.failedReason).toMatch(/from|additional/);
  expect(failed?.attemptsMade).toBe(1);
  expect(await ledgerRuns(world)).toHaveLength(1);
});

test('cancelling a waiting or a working run frees the way for the next', async () => {
  const first = await trigger(gateway);
  const second = await trigger(gateway);
  const third = await trigger(gateway);
  await reaches(gateway, first.id, 'extracting');
  expect((await gateway.api('POST', `/api/runs/${second.id}/cancel`)).status).toBe(200);
  expect((await gateway.api('POST', `/api/runs/${first.id}/cancel`)).status).toBe(200);
  await reaches(gateway, third.id, 'extracting');
  expect((await ledgerRuns(world)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'extracting']);
  await eventually(async () => {
    if ((await gateway.deps.queues.load.getJob(`${first.id}.1.load`)) !== undefined) throw new Error('the flow is still there');
  });
  const again = await gateway.api('POST', `/api/runs/${first.id}/cancel`);
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ code: 'RUN_STATE' });
});

test('a failed run is retried under the next epoch', async () => {
  let fails = true;
  const standIn: StandIn = async (step) => (fails && step === 'merge' ? new EtlError('SUMMARY_EMPTY', 'nothing was accepted') : null);
  steps = await startSteps(world, standIn);
  const { id } = await trigger(gateway);
  const failed = await reaches(gateway, id, 'failed');
  expect(failed.error).toMatchObject({ code: 'SUMMARY_EMPTY', message: 'nothing was accepted' });
  fails = false;
  expect((await gateway.api('POST', `/api/runs/${id}/retry`)).status).toBe(202);
  const report = await reaches(gateway, id, 'published');
  expect(report).toMatchObject({ epoch: 2, error: null });
  expect((await gateway.api('POST', `/api/runs/${id}/retry`)).status).toBe(409);
});

test('a failure that no worker wrote down is read from the failed job', async () => {
  steps = await startSteps(
    world,
    async (step) => (step === 'plan' ? new EtlError('HEADER_INVALID', 'store.csv: quantity is missing') : null),
    false,
  );
  const { id } = await trigger(gateway);
  const report = await reaches(gateway, id, 'failed');
  expect(report.error).toEqual({
    code: 'HEADER_INVALID',
    message: 'store.csv: quantity is missing',
    remedy: new EtlError('HEADER_INVALID', '').remedy,
    stage: 'extract',
  });
});

test('a wiped Redis loses no run: the jobs come back under the same epoch', async () => {
  const first = await trigger(gateway);
  const second = await trigger(gateway);
  await reaches(gateway, first.id, 'extracting');
  await world.redis.flushdb();
  steps = await startSteps(world);
  await reaches(gateway, first.id, 'published');
  await reaches(gateway, second.id, 'published');
  expect(steps.done.filter((id) => id.endsWith('.load'))).toEqual([`${first.id}.1.load`, `${second.id}.1.load`]);
});
