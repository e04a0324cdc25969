import { JobSetAside, openGatewayQueues, openRedis, type Queue, reconcileSchedules } from '@retail-etl/queue';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { leaseRedisDatabase, type RedisDatabase } from '../../../tests/support/redis-database.js';
import { eventually } from '../../../tests/support/gateway-harness.js';

const WANTED = ['daily', 'nightly'].map((id) => ({ id, cron: '30 2 * * *', tz: 'UTC', params: {} }));
const REPEAT = '{retail-etl}:runs:repeat';

let database: RedisDatabase;
let redis: Redis;
let client: ReturnType<typeof openRedis>;
let runs: Queue;
let close: () => Promise<unknown>;
let told: JobSetAside[];

beforeEach(async () => {
  database = await leaseRedisDatabase(process.env['REDIS_URL'] as string);
  redis = new Redis(database.url);
  client = openRedis(database.url, () => undefined);
  told = [];
  const queues = openGatewayQueues(database.url, (error) => {
    if (error instanceof JobSetAside) told.push(error);
  });
  runs = queues.runs;
  close = () => Promise.all(Object.values(queues).map((queue) => queue.close()));
  await eventually(() => reconcileSchedules(runs, client, WANTED));
});
afterEach(async () => {
  await close();
  client.disconnect();
  redis.disconnect();
  await database.release();
});

const nightly = `${REPEAT}:nightly`;
const DAMAGE: Readonly<Record<string, { id: string; field: string; write: () => Promise<unknown> }>> = {
  'data that is not JSON': { id: 'repeat:nightly', field: 'data', write: () => redis.hset(nightly, 'data', '{') },
  'opts that are not JSON': { id: 'repeat:nightly', field: 'opts', write: () => redis.hset(nightly, 'opts', '{') },
  'opts of null': { id: 'repeat:nightly', field: 'opts', write: () => redis.hset(nightly, 'opts', 'null') },
  'data of 10 MB': { id: 'repeat:nightly', field: 'data', write: () => redis.hset(nightly, 'data', `"${'x'.repeat(10_000_000)}"`) },
  'data nested without end': {
    id: 'repeat:nightly',
    field: 'data',
    write: () => redis.hset(nightly, 'data', `${'['.repeat(50_000)}${']'.repeat(50_000)}`),
  },
  'a text as its key': { id: 'repeat:nightly', field: 'key', write: () => redis.set(nightly, 'a text') },
  'a text as the list of all': { id: 'repeat', field: 'key', write: () => redis.set(REPEAT, 'a text') },
  'an entry of an older BullMQ beside it': {
    id: 'repeat:old:::UTC:0 6 * * *',
    field: 'id',
    write: () => redis.zadd(REPEAT, Date.now() + 60_000, 'old:::UTC:0 6 * * *'),
  },
  'an entry __proto__ beside it': {
    id: 'repeat:__proto__',
    field: 'id',
    write: () => redis.zadd(REPEAT, Date.now() + 60_000, '__proto__'),
  },
};

test.each(Object.entries(DAMAGE))('a schedule with %s is set aside, and both are there again', async (_, { id, field, write }) => {
  await write();
  await eventually(async () => {
    await reconcileSchedules(runs, client, WANTED);
    const found = await runs.getJobSchedulers();
    expect(found.map((scheduler) => scheduler.key).sort()).toEqual(['daily', 'nightly']);
    for (const { key, next } of found) expect((await runs.getJob(`repeat:${key}:${next}`))?.name, key).toBe('scheduled-run');
  });
  expect(told.map(({ found }) => [found.queue, found.id, found.field])).toEqual([['runs', id, field]]);
  expect(await redis.zcard('{retail-etl}:runs:delayed')).toBe(2);
});

test('an entry without a schedule is taken away, and the others stay', async () => {
  await redis.zadd(REPEAT, Date.now() + 60_000, 'nobody');
  await reconcileSchedules(runs, client, WANTED);
  expect((await redis.zrange(REPEAT, 0, '-1')).sort()).toEqual(['daily', 'nightly']);
});
