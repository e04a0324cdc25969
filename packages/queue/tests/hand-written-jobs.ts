import type { Redis } from 'ioredis';

const PREFIX = '{retail-etl}';

/** The fields of a job that BullMQ could have written. */
export const READABLE = { name: 'by-hand', data: '{}', opts: '{}', timestamp: '1785400000000', delay: '0', priority: '0' };

const fields = (changed: Record<string, string>) => (redis: Redis, key: string) => redis.hset(key, { ...READABLE, ...changed });
const without = (field: keyof typeof READABLE) => (redis: Redis, key: string) => {
  const { [field]: _left, ...rest } = READABLE;
  return redis.hset(key, rest);
};
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Ways in which a job can be written so that nothing can read it, each with the field that is to blame. */
export const UNREADABLE: Readonly<Record<string, { field: string; write: (redis: Redis, key: string) => Promise<unknown> }>> = {
  ...Object.fromEntries(
    ['data', 'opts', 'progress', 'returnvalue', 'stacktrace', 'parent'].map((field) => [
      `${field} that is not JSON`,
      { field, write: fields({ [field]: '{"from": 2026-01-' }) },
    ]),
  ),
  'opts of null': { field: 'opts', write: fields({ opts: 'null' }) },
  'opts that are a list': { field: 'opts', write: fields({ opts: '[1]' }) },
  'opts that BullMQ cannot calculate with': { field: 'opts', write: fields({ opts: '{"removeOnComplete":null}' }) },
  'a stacktrace of other things than texts': { field: 'stacktrace', write: fields({ stacktrace: '{"a":1}' }) },
  'a parent without an id': { field: 'parent', write: fields({ parent: '{"queueKey":"{retail-etl}:runs"}' }) },
  'itself as its parent': { field: 'parent', write: fields({ opts: '{"parent":{"id":"x","queue":"{retail-etl}:load"}}' }) },
  'a schedule that its id does not name': { field: 'rjk', write: fields({ rjk: 'nightly' }) },
  'the name __proto__': { field: 'name', write: fields({ name: '__proto__' }) },
  'an empty name': { field: 'name', write: fields({ name: '' }) },
  'no name': { field: 'name', write: without('name') },
  'no data': { field: 'data', write: without('data') },
  'no opts': { field: 'opts', write: without('opts') },
  'no timestamp': { field: 'timestamp', write: without('timestamp') },
  'a timestamp beyond all dates': { field: 'timestamp', write: fields({ timestamp: '9'.repeat(17) }) },
  'a start that is no time': { field: 'finishedOn', write: fields({ finishedOn: 'yesterday' }) },
  'attempts that are not a number': { field: 'ats', write: fields({ ats: 'many' }) },
  'another id in its fields': { field: 'id', write: fields({ id: 'another' }) },
  'data nested without end': { field: 'data', write: fields({ data: nested(100_000) }) },
  'data of 10 MB': { field: 'data', write: fields({ data: JSON.stringify('x'.repeat(10_000_000)) }) },
  'a text as its key': { field: 'key', write: (redis, key) => redis.set(key, 'a text') },
  'a list as its key': { field: 'key', write: (redis, key) => redis.rpush(key, 'a', 'b') },
  'a sorted set as its key': { field: 'key', write: (redis, key) => redis.zadd(key, 1, 'a') },
  'a stream as its key': { field: 'key', write: (redis, key) => redis.xadd(key, '*', 'a', 'b') },
  'children that are not a set': {
    field: 'dependencies',
    write: async (redis, key) => {
      await redis.hset(key, { ...READABLE, ats: 'many' });
      await redis.set(`${key}:dependencies`, 'a text');
    },
  },
};

/** Puts an id into a state of a queue, and wakes its workers. */
export async function enterState(redis: Redis, queue: string, state: string, id: string): Promise<void> {
  const key = `${PREFIX}:${queue}:${state}`;
  if (state === 'wait' || state === 'active' || state === 'paused') await redis.lpush(key, id);
  else if (state === 'due') await redis.zadd(`${PREFIX}:${queue}:delayed`, 1, id);
  else await redis.zadd(key, (Date.now() + 86_400_000) * (state === 'delayed' ? 4_096 : 1), id);
  await redis.zadd(`${PREFIX}:${queue}:marker`, 0, '0');
}

/** Every state of a queue that names this id. */
export async function statesOf(redis: Redis, queue: string, id: string): Promise<string[]> {
  const lists = await Promise.all(
    ['wait', 'active', 'paused'].map(async (state) => ((await redis.lpos(`${PREFIX}:${queue}:${state}`, id)) === null ? [] : [state])),
  );
  const sorted = await Promise.all(
    ['delayed', 'prioritized', 'waiting-children', 'completed', 'failed'].map(async (state) =>
      (await redis.zscore(`${PREFIX}:${queue}:${state}`, id)) === null ? [] : [state],
    ),
  );
  return [...lists, ...sorted].flat();
}
