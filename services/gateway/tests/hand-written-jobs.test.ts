import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enterState, READABLE, UNREADABLE } from '../../../packages/queue/tests/hand-written-jobs.js';
import { createWorld, eventually, type GatewayWorld, OPERATOR, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches, startSteps, type StandIn, type StandInSteps } from './support/steps.js';
import { trigger } from './support/triggers.js';

const QUEUES = ['runs', 'extract', 'transform', 'load'] as const;
const STATES = ['wait', 'due', 'delayed', 'prioritized', 'active', 'completed', 'failed', 'waiting-children'] as const;
const SHOWN = ['latest', 'waiting', 'active', 'delayed', 'prioritized', 'completed', 'failed', 'waiting-children'] as const;

let world: GatewayWorld;
let gateway: RunningGateway;
let steps: StandInSteps;
let cookie: string;
let standIn: StandIn = async () => null;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
  steps = await startSteps(world, async (step, delivery) => standIn(step, delivery));
  cookie = await gateway.login(OPERATOR);
});
afterAll(async () => {
  await steps.close();
  await world.stop();
});

const keyOf = (queue: string, id: string): string => `{retail-etl}:${queue}:${id}`;

interface Shown {
  readonly queues: readonly { name: string; jobs: readonly { id: string }[] }[];
}

/** The ids that the dashboard shows of a queue. */
async function shown(queue: string, status: string): Promise<string[]> {
  const response = await gateway.browse('GET', `/queues/api/queues?activeQueue=${queue}&status=${status}&page=1&jobsPerPage=50`, {
    cookie,
  });
  expect(response.status, `${queue}, ${status}`).toBe(200);
  const { queues } = (await response.json()) as Shown;
  return queues.find(({ name }) => name === queue)?.jobs.map(({ id }) => id) ?? [];
}

async function everythingAnswers(runId: string): Promise<void> {
  for (const path of ['/api/runs', `/api/runs/${runId}`, `/api/runs/${runId}/jobs`, `/api/runs/${runId}/log`, '/api/overview', '/metrics'])
    expect((await gateway.api('GET', path)).status, path).toBe(200);
  expect((await gateway.browse('GET', '/queues/api/job-schedulers', { cookie })).status).toBe(200);
}

// Each kind once; the tests of the queue go through all of them.
const WRITTEN = Object.entries(UNREADABLE).filter(([name]) =>
  /^(data that|opts of null|itself|the name|no name|a start|attempts|a text|children)/.test(name),
);

test.each(WRITTEN)('with %s in every state of every queue, runs, dashboard and API go on', { timeout: 60_000 }, async (name, { write }) => {
  const id = (state: string): string => `bad-${state}-${name.replaceAll(/[^a-z]/gi, '-')}`;
  for (const queue of QUEUES) {
    for (const state of STATES) {
      await write(world.redis, keyOf(queue, id(state)));
      await enterState(world.redis, queue, state, id(state));
    }
  }
  const run = await trigger(gateway, {});
  await reaches(gateway, run.id, 'published');
  for (const queue of QUEUES) for (const status of SHOWN) expect((await shown(queue, status)).join(' ')).not.toContain('bad-');
  expect(await shown('load', 'completed')).toContain(`${run.id}.1.load`);
  expect(await shown('runs', 'completed')).toContain(`${run.id}.1.start`);
  await everythingAnswers(run.id);
});

test.each(['null', '5', '[]', '"text"', '{"from":7}'])('a job on runs with the data %s fails as such, and is shown', async (data) => {
  const id = `odd-${Buffer.from(data).toString('hex')}`;
  await world.redis.hset(keyOf('runs', id), { ...READABLE, data, opts: '{"removeOnFail":{"count":100}}' });
  await enterState(world.redis, 'runs', 'wait', id);
  await eventually(async () => expect(await shown('runs', 'failed')).toContain(id));
  expect(await world.redis.hget(keyOf('runs', id), 'failedReason')).toContain('JOB_INVALID');
});

describe('a run of which a job cannot be read', () => {
  type Spoil = (queue: string, id: string) => Promise<unknown>;
  const damage: Spoil = async (queue, id) => world.redis.hset(keyOf(queue, id), 'data', '{');
  const remove: Spoil = async (queue, id) => world.redis.del(keyOf(queue, id));
  const replace: Spoil = async (queue, id) => world.redis.set(keyOf(queue, id), 'a text');
  const spoilChildren: Spoil = async (queue, id) => world.redis.set(`${keyOf(queue, id)}:dependencies`, 'a text');

  test.each<[string, string, Spoil]>([
    ['extract', 'plan', damage],
    ['transform', 'merge', damage],
    ['load', 'load', damage],
    ['transform', 'merge', remove],
    ['transform', 'merge', replace],
    ['transform', 'merge', spoilChildren],
  ])('fails (%s: %s), and the next one goes on', { timeout: 60_000 }, async (queue, step, spoil) => {
    const { extract } = gateway.deps.queues;
    await extract.pause();
    const run = await trigger(gateway, {});
    const waiting = await trigger(gateway, {});
    await eventually(async () => expect(await extract.getJob(`${run.id}.1.plan`)).toBeDefined());
    await spoil(queue, `${run.id}.1.${step}`);
    await extract.resume();
    const failed = await reaches(gateway, run.id, 'failed');
    expect(failed.error).toMatchObject({ code: 'JOB_UNREADABLE' });
    expect(failed.error?.message).toContain(`${run.id}.1.${step}`);
    await reaches(gateway, waiting.id, 'published');
    await everythingAnswers(run.id);
    // Nothing of it is left to wait for what does not come.
    await eventually(async () => {
      for (const name of QUEUES) expect(await world.redis.zrange(keyOf(name, 'waiting-children'), 0, '-1')).toEqual([]);
    });
  });

  test('goes on if that job is being done: BullMQ has read it before', async () => {
    standIn = async (step, { id }) => {
      if (step === 'plan') await damage('extract', id);
      if (step === 'plan') await gateway.api('GET', `/api/runs/${id.slice(0, -'.1.plan'.length)}/jobs`);
      return null;
    };
    const run = await trigger(gateway, {});
    await reaches(gateway, run.id, 'published');
    standIn = async () => null;
    await everythingAnswers(run.id);
    expect(await world.redis.exists(`{retail-etl}:set-aside:extract:${run.id}.1.plan`)).toBe(1);
  });

  test('can be retried', async () => {
    standIn = async (at, { id }) => {
      if (at === 'plan') await damage('transform', id.replace(/\.plan$/, '.merge'));
      return null;
    };
    const run = await trigger(gateway, {});
    await reaches(gateway, run.id, 'failed');
    standIn = async () => null;
    expect((await gateway.api('POST', `/api/runs/${run.id}/retry`)).status).toBe(202);
    expect(await reaches(gateway, run.id, 'published')).toMatchObject({ epoch: 2, error: null });
  });
});
