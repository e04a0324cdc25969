import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultStack, startFaultStack } from './support/fault-stack.js';
import { announceAll, expectNothingLeft, expectPublished } from './support/oracle.js';

/** 10,000 in the whole sweep of a release; by default as many as make every queue reach its bound. */
const RUNS = Number(process.env['ETL_FAULT_RUNS'] ?? 800);

/** The catalogue keeps 2,000 finished jobs of a kind in each queue; a run at work adds a few. */
const JOBS_MAX = 2_050;
const REDIS_BYTES_MAX = 64 << 20;

let stack: FaultStack;
beforeAll(async () => {
  stack = await startFaultStack({ timeScale: 0.1, rows: 50 });
});
afterAll(() => stack?.stop());

test(`after ${RUNS} runs the queues, Redis and the staging area are as small as after a few`, { timeout: RUNS * 4_000 }, async () => {
  const redis = stack.redisClient();
  let last = '';
  for (let done = 0; done < RUNS; done += 10) {
    const ids: string[] = [];
    for (let i = 0; i < Math.min(10, RUNS - done); i += 1) ids.push(await stack.trigger());
    last = ids.at(-1)!;
    await stack.waitFor(last);
  }
  for (const queue of ['runs', 'extract', 'transform', 'load']) {
    for (const kind of ['completed', 'failed']) expect(await redis.zcard(`{retail-etl}:${queue}:${kind}`)).toBeLessThanOrEqual(JOBS_MAX);
    expect(await redis.xlen(`{retail-etl}:${queue}:events`)).toBeLessThanOrEqual(20_000);
  }
  const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  expect(bytes).toBeLessThan(REDIS_BYTES_MAX);
  // Several keys a job: its hash, log and dependencies.
  expect(await redis.dbsize()).toBeLessThan(JOBS_MAX * 4 * 4);
  redis.disconnect();
  const [failed] = await stack.mysql.query("SELECT run_id FROM etl_runs WHERE state <> 'published'");
  expect(failed).toEqual([]);
  await announceAll(stack);
  await expectPublished(stack, await stack.waitFor(last));
});

test('nothing is left', () => expectNothingLeft(stack));
