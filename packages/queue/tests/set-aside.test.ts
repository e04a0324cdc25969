import { JobSetAside, openGatewayQueues, openWorker, type Queue, type QueueWorker } from '@retail-etl/queue';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../../../tests/support/gateway-harness.js';
import { leaseRedisDatabase, type RedisDatabase } from '../../../tests/support/redis-database.js';
import { enterState, READABLE, statesOf, UNREADABLE } from './hand-written-jobs.js';

/** As a person finds them who looks at all of the dashboard. */
const SHOWN = ['waiting', 'active', 'delayed', 'prioritized', 'completed', 'failed', 'waiting-children'] as const;
const STATES = ['wait', 'due', 'delayed', 'prioritized', 'active', 'completed', 'failed', 'waiting-children'] as const;

let database: RedisDatabase;
let redis: Redis;
let workers: QueueWorker[];
let queue: Queue;
let closeQueues: () => Promise<unknown>;
let told: JobSetAside[];
let others: string[];
let done: string[];

beforeEach(async () => {
  database = await leaseRedisDatabase(process.env['REDIS_URL'] as string);
  redis = new Redis(database.url);
  [told, others, done] = [[], [], []];
  const onError = (error: Error): void => {
    if (error instanceof JobSetAside) told.push(error);
    else others.push(error.message);
  };
  const queues = openGatewayQueues(database.url, onError);
  queue = queues.load;
  closeQueues = () => Promise.all(Object.values(queues).map((each) => each.close()));
  const take = async ({ id }: { id: string }) => {
    done.push(id);
    return { kind: 'done', result: { rows: 1 } } as const;
  };
  workers = [1, 2].map(() =>
    openWorker({ redisUrl: database.url, queue: 'load', concurrency: 1, process: take, onError, lockDurationMs: 1_000 }),
  );
  await Promise.all([...workers.map((worker) => worker.ready()), ...Object.values(queues).map((each) => each.waitUntilReady())]);
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  await closeQueues();
  redis.disconnect();
  await database.release();
});

const key = (id: string): string => `{retail-etl}:load:${id}`;
const kept = (id: string): string => `{retail-etl}:set-aside:load:${id}`;

/** Two jobs around what was written by hand: both are done, and looking at all states finds nothing but jobs. */
async function othersGoOn(): Promise<void> {
  await queue.add('good', {}, { jobId: 'good-1' });
  await queue.add('good', {}, { jobId: 'good-2', delay: 1 });
  await eventually(async () => expect([...done].sort()).toEqual(['good-1', 'good-2']));
  for (const state of SHOWN) for (const job of await queue.getJobs([state])) expect(job.name).toBe('good');
}

describe.each(Object.entries(UNREADABLE))('a job with %s', (_, { field, write }) => {
  test('is set aside from every state, told once, and the others go on', { timeout: 60_000 }, async () => {
    for (const state of STATES) {
      await write(redis, key(`bad-${state}`));
      await enterState(redis, 'load', state, `bad-${state}`);
    }
    await othersGoOn();
    await eventually(async () => {
      for (const state of STATES) expect(await statesOf(redis, 'load', `bad-${state}`), state).toEqual([]);
    });
    const ids = told.map(({ found }) => found.id).sort();
    expect(ids).toEqual(STATES.map((state) => `bad-${state}`).sort());
    for (const { found, message, code } of told) {
      expect(code).toBe('JOB_UNREADABLE');
      expect(found).toMatchObject({ queue: 'load', field, keptAt: kept(found.id) });
      expect(message).toContain(`"${found.id}" on queue load is set aside: ${field} `);
      expect(await redis.exists(key(found.id), `${key(found.id)}:lock`, `${key(found.id)}:dependencies`)).toBe(0);
      expect(await redis.pttl(kept(found.id))).toBeGreaterThan(29 * 86_400_000);
      expect(await redis.memory('USAGE', kept(found.id))).toBeLessThan(512 * 1_024);
    }
  });
});

test.each(['', 'meta', 'wait', 'events', 'repeat', '7:logs', 'repeat:nightly', 'x'.repeat(300)])(
  'an id that no job can have (%j) is taken out of all states, and what has that key stays',
  async (id) => {
    await redis.hset(key('repeat:nightly'), { name: 'nightly', data: '{}' });
    await redis.rpush(key('7:logs'), 'a line');
    // An empty id comes into the states that workers do not look at first: BullMQ passes over it there, so only what a worker meets later leads to it.
    for (const state of id === '' ? STATES.toReversed() : STATES) await enterState(redis, 'load', state, id);
    await othersGoOn();
    await eventually(async () => expect(await statesOf(redis, 'load', id)).toEqual([]));
    expect(new Set(told.map(({ found }) => found.id))).toEqual(new Set([id]));
    expect(told[0]?.found.keptAt ?? null).toBe(null);
    expect(await redis.hget(key('repeat:nightly'), 'name')).toBe('nightly');
    expect(await redis.lrange(key('7:logs'), 0, -1)).toEqual(['a line']);
    expect(await redis.type(key('meta'))).toBe('hash');
  },
);

test('a job with the id __proto__ is set aside', async () => {
  await redis.hset(key('__proto__'), READABLE);
  await enterState(redis, 'load', 'wait', '__proto__');
  await othersGoOn();
  expect(told.map(({ found }) => found)).toMatchObject([{ id: '__proto__', field: 'id', from: 'active', keptAt: kept('__proto__') }]);
  expect(await redis.hget(kept('__proto__'), 'name')).toBe('by-hand');
});

test('an id without a job is taken out of all states', async () => {
  for (const state of STATES) await enterState(redis, 'load', state, `gone-${state}`);
  // BullMQ passes over it where it only looks, so it may stay there.
  await othersGoOn();
  for (const state of ['wait', 'due', 'prioritized']) expect(await statesOf(redis, 'load', `gone-${state}`)).toEqual([]);
});

test('jobs that are due together with one that ends the script of BullMQ halfway are not lost', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `due-${String(index).padStart(2, '0')}`);
  await queue.pause();
  for (const id of ids) await queue.add('good', {}, { jobId: id, delay: 60_000 });
  await redis.set(key('due-10-bad'), 'a text');
  for (const id of [...ids, 'due-10-bad']) await redis.zadd(key('delayed'), 1, id);
  await queue.resume();
  await eventually(async () => expect([...done].sort()).toEqual(ids));
  expect(told.map(({ found }) => found)).toMatchObject([{ id: 'due-10-bad', field: 'key', problem: 'is a string, not a hash' }]);
});

test.each(['wait', 'active', 'delayed', 'prioritized', 'completed', 'failed', 'meta', 'marker', 'events', 'stalled', 'id', 'repeat'])(
  'a key of the queue (%s) that is of a wrong type is set aside, and jobs that it named come back',
  async (name) => {
    await queue.pause();
    await queue.add('good', {}, { jobId: 'before' });
    await redis.del(key(name));
    await redis.rpush(key(name), 'a text').catch(() => undefined);
    if (name === 'wait' || name === 'active') await redis.multi().del(key(name)).set(key(name), 'a text').exec();
    await eventually(async () => {
      await queue.resume().catch(() => undefined);
      await queue.getJobSchedulers();
      for (const state of SHOWN) await queue.getJobs([state]);
      await queue.add('good', {}, { jobId: 'after' });
      // A job may be done twice where its end could not be written down.
      expect([...new Set(done)].sort()).toEqual(['after', 'before']);
      expect(told.map(({ found }) => [found.id, found.field])).toEqual([[name, 'key']]);
    });
    expect(await redis.exists(kept(name))).toBe(1);
  },
);

test('what is set aside is bounded: the oldest goes', async () => {
  for (let index = 0; index < 230; index += 1) {
    await redis.hset(key(`bad-${index}`), { ...READABLE, data: '{' });
    await enterState(redis, 'load', 'wait', `bad-${index}`);
  }
  await eventually(async () => expect(told).toHaveLength(230));
  const left = (await redis.keys('{retail-etl}:set-aside:load:*')).map((name) => Number(name.split('-').at(-1)));
  expect(left).toHaveLength(200);
  expect(await redis.zcard('{retail-etl}:set-aside:index')).toBe(200);
  expect(await redis.hlen('{retail-etl}:set-aside:reasons')).toBe(200);
});

test('a job whose data are JSON, but not what was asked for, is left to whoever does it', async () => {
  for (const data of ['null', '5', '[]', '"text"', '{"a":{"b":[1,2,3]}}']) {
    await redis.hset(key(`odd-${data.length}`), { ...READABLE, data });
    await enterState(redis, 'load', 'wait', `odd-${data.length}`);
  }
  await eventually(async () => expect(done).toHaveLength(5));
  expect([told, others]).toEqual([[], []]);
});
