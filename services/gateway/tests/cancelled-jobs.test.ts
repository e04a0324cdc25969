import type { RunJobList } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, OPERATOR, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { startSteps, type StandInSteps } from './support/steps.js';
import { forgetRuns, trigger } from './support/triggers.js';

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

const json = async <T>(path: string): Promise<T> => (await (await gateway.api('GET', path)).json()) as T;

/** The steps of a run that planned four partitions: the first is read, the next two are being read until `release`, the last waits. */
async function halfDone(): Promise<{ id: string; release: () => void }> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let working = 0;
  steps = await startSteps(world, async (step, { data }) => {
    const { runId, epoch, partition } = data as { runId: string; epoch: number; partition?: string };
    if (step === 'plan') await gateway.deps.producer.attachExtracts(runId, epoch, ['files-0001', 'files-0002', 'files-0003', 'files-0004']);
    if (step === 'extract' && partition !== 'files-0001') {
      working += 1;
      await held;
    }
    return null;
  });
  const { id } = await trigger(gateway, {});
  await eventually(async () => {
    expect(working).toBe(2);
    const { jobs } = await json<RunJobList>(`/api/runs/${id}/jobs`);
    expect(jobs.find(({ part }) => part === 'files-0001')?.state).toBe('completed');
  });
  return { id, release };
}

/** The states of a run's jobs, by step and part. */
async function states(id: string): Promise<Record<string, string>> {
  const { jobs } = await json<RunJobList>(`/api/runs/${id}/jobs`);
  return Object.fromEntries(jobs.map(({ step, part, state }) => [part ?? step, state]));
}

async function lastProgress(id: string): Promise<unknown> {
  const text = await (await gateway.api('GET', `/api/runs/${id}/events`)).text();
  const [, data] = [...text.matchAll(/^event: progress\ndata: (.*)$/gm)].at(-1) as RegExpMatchArray;
  return JSON.parse(data as string);
}

test('a cancelled run shows its jobs as they were, whatever becomes of them, and who cancelled it', async () => {
  const { id, release } = await halfDone();
  const cookie = await gateway.login(OPERATOR);
  const answer = await gateway.browse('POST', `/api/runs/${id}/cancel`, { cookie });
  expect(answer.status).toBe(200);
  const { cancelled, finishedAt } = (await answer.json()) as RunReport;
  expect(cancelled).toEqual({ by: OPERATOR.username, at: finishedAt });
  expect((await json<RunReport>(`/api/runs/${id}`)).cancelled).toEqual(cancelled);

  const expectAsTheyWere = async (): Promise<void> => {
    expect(await states(id)).toEqual({
      plan: 'completed',
      'files-0001': 'completed',
      'files-0002': 'cancelled',
      'files-0003': 'cancelled',
      'files-0004': 'cancelled',
      merge: 'cancelled',
      load: 'cancelled',
    });
    const { jobs } = await json<RunJobList>(`/api/runs/${id}/jobs`);
    for (const { state, startedAt, finishedAt: endedAt } of jobs)
      if (state === 'cancelled') expect(endedAt).toBe(startedAt === null ? null : finishedAt);
    expect(await lastProgress(id)).toMatchObject({
      state: 'cancelled',
      stages: [
        { name: 'extract', done: 2, total: 5 },
        { name: 'transform', done: 0, total: 1 },
        { name: 'load', done: 0, total: 1 },
      ],
    });
  };
  await expectAsTheyWere();
  release();
  // What was being read ends; then the gateway takes away what is left of the run in Redis.
  await eventually(async () => expect(await world.redis.keys(`{retail-etl}:*:${id}.1.[elmpt]*`)).toEqual([]));
  await expectAsTheyWere();
}, 60_000);

test('where the jobs are still there, what their workers made of them later does not count', async () => {
  const { id, release } = await halfDone();
  // As if the gateway had died between the two.
  await world.mysql.query("UPDATE etl_runs SET state = 'cancelled', finished_at = UTC_TIMESTAMP(3) WHERE run_id = ?", [id]);
  release();
  const { extract } = gateway.deps.queues;
  await eventually(async () => expect((await extract.getJob(`${id}.1.extract.files-0004`))?.returnvalue ?? 'gone').toBeTruthy());
  expect(await states(id)).toMatchObject({ plan: 'completed', 'files-0001': 'completed', 'files-0004': 'cancelled', load: 'cancelled' });
  expect((await json<RunReport>(`/api/runs/${id}`)).cancelled).toMatchObject({ by: null });
}, 60_000);

test('a program that cancels is named as such; a run that waited has no jobs', async () => {
  const { release } = await halfDone();
  const { id } = await trigger(gateway, {});
  const report = (await (await gateway.api('POST', `/api/runs/${id}/cancel`)).json()) as RunReport;
  expect(report).toMatchObject({ state: 'cancelled', startedAt: null, durationMs: null, cancelled: { by: 'api' } });
  expect(await states(id)).toEqual({});
  release();
});
