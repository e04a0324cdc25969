import type { Schedule } from '@retail-etl/contracts';
import { startRun } from '@retail-etl/gateway';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';

let world: GatewayWorld;

beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.stop());

test('a scheduled run that starts long after its time is marked as late, and a repeated delivery is the same run', async () => {
  const { deps } = await world.start();
  const tick = Date.UTC(2026, 4, 5, 6, 0);
  const begin = (scheduleId: string, afterMs: number): Promise<unknown> =>
    startRun(
      {
        id: `repeat:${scheduleId}:${tick}`,
        name: 'scheduled-run',
        data: { scheduleId },
        attempt: 1,
        isLastAttempt: false,
        timestamp: tick - 86_400_000,
        lost: new AbortController().signal,
        note: async () => undefined,
        progress: async () => undefined,
      },
      { ...deps, now: () => tick + afterMs },
    );
  await begin('punctual', 59_000);
  await begin('late', 61_000);
  await begin('late', 90_000);
  const [rows] = await world.mysql.query('SELECT triggered_by, late FROM etl_runs ORDER BY seq');
  expect(rows).toEqual([
    { triggered_by: 'punctual', late: 0 },
    { triggered_by: 'late', late: 1 },
  ]);
});

test('a schedule is made, changed, paused, resumed and deleted', async () => {
  const gateway = await world.start();
  const schedulers = async (): Promise<unknown[]> =>
    (await gateway.deps.queues.runs.getJobSchedulers()).map(({ key, pattern, tz, template }) => ({
      key,
      pattern,
      tz,
      data: template?.data,
    }));
  const put = async (body: object): Promise<Schedule> => {
    const response = await gateway.api('PUT', '/api/schedules/nightly', body);
    expect(response.status).toBe(200);
    return (await response.json()) as Schedule;
  };

  const made = await put({ cron: '30 2 * * *', tz: 'UTC', params: { dryRun: true } });
  const next = new Date();
  next.setUTCHours(2, 30, 0, 0);
  if (next.getTime() <= Date.now()) next.setUTCDate(next.getUTCDate() + 1);
  expect(made.next).toEqual(Array.from({ length: 5 }, (_, index) => new Date(next.getTime() + index * 86_400_000).toISOString()));
  expect(await schedulers()).toEqual([{ key: 'nightly', pattern: '30 2 * * *', tz: 'UTC', data: { dryRun: true, scheduleId: 'nightly' } }]);

  const changed = await put({ cron: '0 6 * * 1-5', tz: 'Europe/Berlin' });
  expect(changed).toMatchObject({ id: 'nightly', cron: '0 6 * * 1-5', tz: 'Europe/Berlin', params: {}, paused: false, origin: 'api' });
  for (const time of changed.next) {
    const inBerlin = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'Europe/Berlin',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
    }).format(new Date(time));
    expect(inBerlin).toMatch(/^(Mon|Tue|Wed|Thu|Fri),? 06:00$/);
  }
  expect(await schedulers()).toEqual([{ key: 'nightly', pattern: '0 6 * * 1-5', tz: 'Europe/Berlin', data: { scheduleId: 'nightly' } }]);

  expect((await put({ cron: '0 6 * * 1-5', tz: 'Europe/Berlin', paused: true })).next).toEqual([]);
  expect(await schedulers()).toEqual([]);
  await put({ cron: '0 6 * * 1-5', tz: 'Europe/Berlin', paused: false });
  expect(await schedulers()).toHaveLength(1);

  expect((await gateway.api('DELETE', '/api/schedules/nightly')).status).toBe(204);
  expect(await schedulers()).toEqual([]);
  expect((await gateway.api('GET', '/api/schedules/nightly')).status).toBe(404);
  expect((await gateway.api('DELETE', '/api/schedules/nightly')).status).toBe(404);
});

test("the environment's schedule is kept in step without touching one that is due", async () => {
  const nextJob = async (gateway: RunningGateway): Promise<{ id: string | undefined; timestamp: number } | undefined> => {
    const [scheduler] = await gateway.deps.queues.runs.getJobSchedulers();
    const job = scheduler === undefined ? undefined : await gateway.deps.queues.runs.getJob(`repeat:${scheduler.key}:${scheduler.next}`);
    return job === undefined ? undefined : { id: job.id, timestamp: job.timestamp };
  };
  const boot = async (scheduleCron: string | undefined): Promise<RunningGateway> => {
    const gateway = await world.start({ scheduleCron, scheduleTz: 'UTC' });
    await eventually(async () => {
      const { schedules } = (await (await gateway.api('GET', '/api/schedules')).json()) as { schedules: Schedule[] };
      if (schedules.find(({ id }) => id === 'default')?.cron !== scheduleCron) throw new Error('not in the ledger yet');
      const [scheduler] = await gateway.deps.queues.runs.getJobSchedulers();
      if (schedules[0]?.paused !== true && scheduler?.pattern !== scheduleCron) throw new Error('not in Redis yet');
    });
    return gateway;
  };

  const first = await boot('15 3 * * *');
  const job = await nextJob(first);
  expect(job?.id).toMatch(/^repeat:default:\d+$/);
  await first.close();

  const again = await boot('15 3 * * *');
  expect(await nextJob(again)).toEqual(job);
  for (const refused of [
    await again.api('PUT', '/api/schedules/default', { cron: '1 1 * * *', tz: 'UTC' }),
    await again.api('DELETE', '/api/schedules/default'),
  ]) {
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ code: 'SCHEDULE_FIXED' });
  }
  expect((await again.api('PUT', '/api/schedules/default', { cron: '15 3 * * *', tz: 'UTC', paused: true })).status).toBe(200);
  expect(await nextJob(again)).toBeUndefined();
  await again.close();

  const changed = await boot('45 4 * * *');
  const { schedules } = (await (await changed.api('GET', '/api/schedules')).json()) as { schedules: Schedule[] };
  expect(schedules).toMatchObject([{ id: 'default', cron: '45 4 * * *', paused: true, origin: 'environment' }]);
  await changed.close();
  await boot(undefined);
  const [rows] = await world.mysql.query('SELECT id FROM etl_schedules');
  expect(rows).toEqual([]);
});
