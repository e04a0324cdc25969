import { setTimeout as sleep } from 'node:timers/promises';
import { syncSchedules } from '@retail-etl/gateway';
import { putSchedule } from '@retail-etl/ledger';
import { expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

const PERIOD_MS = 1_000;

/** Every second: a cron with seconds, which the API refuses, written straight into the ledger so that a test sees many ticks. */
async function everySecond(gateway: RunningGateway): Promise<void> {
  await putSchedule(gateway.deps.database, {
    id: 'fast',
    cron: '* * * * * *',
    tz: 'UTC',
    params: { dryRun: true },
    paused: false,
    origin: 'api',
  });
  await syncSchedules(gateway.deps);
}

/** Waits for so many scheduled runs, and returns their ticks (ms since 1970) in the order of the runs. */
async function waitForTicks(world: GatewayWorld, count: number): Promise<number[]> {
  return eventually(async () => {
    const [rows] = await world.mysql.query(
      "SELECT idempotency_key AS k FROM etl_runs WHERE trigger_kind = 'schedule' AND triggered_by = 'fast' ORDER BY seq",
    );
    const ticks = (rows as { k: string }[]).map(({ k }) => Number(k.slice(k.lastIndexOf(':') + 1)));
    if (ticks.length < count) throw new Error(`${ticks.length} of ${count} ticks`);
    return ticks;
  }, 40_000);
}

/** Each test waits more than it works, so they run at the same time, each in a world of its own. */
const inWorld = (work: (world: GatewayWorld) => Promise<void>) => async (): Promise<void> => {
  const world = await createWorld();
  try {
    await work(world);
  } finally {
    await world.stop();
  }
};

test.concurrent(
  'two gateways make one run per tick',
  inWorld(async (world) => {
    const [first] = await Promise.all([world.start(), world.start()]);
    await everySecond(first);
    const ticks = await waitForTicks(world, 5);
    const steps = ticks.slice(1).map((tick, index) => tick - (ticks[index] as number));
    // A machine under load may leave a tick out; none may ever be run twice.
    for (const step of steps) expect([step > 0, step % PERIOD_MS]).toEqual([true, 0]);
    const [rows] = await world.mysql.query('SELECT DISTINCT params FROM etl_runs');
    const params = (rows as { params: unknown }[]).map(
      (row) => (typeof row.params === 'string' ? JSON.parse(row.params) : row.params) as unknown,
    );
    expect(params).toEqual([{ dryRun: true }]);
  }),
);

test.concurrent(
  'ticks missed while all gateways were down give at most one run',
  inWorld(async (world) => {
    const before = await Promise.all([world.start(), world.start()]);
    await everySecond(before[0]);
    await waitForTicks(world, 1);
    await Promise.all(before.map((gateway) => gateway.close()));
    const known = (await waitForTicks(world, 1)).length;
    const downAt = Date.now();
    await sleep(5 * PERIOD_MS);
    const upAt = Date.now();
    await Promise.all([world.start(), world.start()]);
    const ticks = await waitForTicks(world, known + 3);
    expect(ticks.filter((tick) => tick > downAt && tick < upAt).length).toBeLessThanOrEqual(1);
    expect(new Set(ticks).size).toBe(ticks.length);
  }),
);

test.concurrent(
  'a wiped Redis gets its schedules back',
  inWorld(async (world) => {
    await everySecond(await world.start());
    const known = (await waitForTicks(world, 1)).length;
    await world.redis.flushdb();
    const ticks = await waitForTicks(world, known + 2);
    expect(new Set(ticks).size).toBe(ticks.length);
  }),
);
