import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { newRunId, type Overview, type Schedule } from '@retail-etl/contracts';
import { raiseMissedAlerts, retention, syncSchedules } from '@retail-etl/gateway';
import { clockDifferenceMs, putSchedule, recordRun } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';
import { createLogger } from '@retail-etl/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, defaults, eventually, type GatewayWorld, TOKEN } from '../../../tests/support/gateway-harness.js';
import { type HttpSink, startHttpSink } from './support/sinks.js';
import { freePort, stopProcess } from '../../../tests/support/service-processes.js';
import { dueTimes, watchClock } from '../../../tests/support/wall-clock.js';

const HERE = import.meta.dirname;
const DAY_MS = 86_400_000;

let world: GatewayWorld;
let hook: HttpSink;
const children: ChildProcess[] = [];

beforeEach(async () => {
  world = await createWorld();
  hook = await startHttpSink();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(stopProcess));
  await world.stop();
  await hook.close();
});

/** A gateway process whose clock is wrong, and that does in a second what takes others half a minute. Its address, once it answers. */
async function startWrong(aheadMs: number): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', join(HERE, 'support', 'wrong-clock.mjs'), join(HERE, '..', 'dist', 'main.js')], {
    env: {
      PATH: process.env.PATH,
      REDIS_URL: world.redisUrl,
      MYSQL_URL: world.mysqlUrl,
      DATA_DIR: world.dataDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      API_TOKEN: TOKEN,
      ADMIN_PASSWORD: TOKEN,
      SCHEDULE_CRON: 'off',
      ALERT_WEBHOOK_URL: hook.url,
      ALERT_ALLOW_PRIVATE: 'true',
      ETL_TIME_SCALE: '0.03',
      TEST_CLOCK_AHEAD_MS: String(aheadMs),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(join(world.dataDir, `gateway-${port}.log`));
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  children.push(child);
  await eventually(async () => {
    if (!(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) throw new Error('not ready');
  });
  return `http://127.0.0.1:${port}`;
}

/** Runs that ended so many days ago by MySQL's clock, each with its files. */
async function endedRuns(database: Parameters<typeof recordRun>[0], ...days: number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const each of days) {
    const { run } = await recordRun(database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
    const id = newRunId(new Date(Date.now() - each * DAY_MS));
    await world.mysql.query(
      "UPDATE etl_runs SET run_id = ?, state = 'published', finished_at = UTC_TIMESTAMP(3) - INTERVAL ? DAY WHERE run_id = ?",
      [id, each, run.runId],
    );
    await mkdir(join(world.dataDir, 'runs', id, 'rejects'), { recursive: true });
    ids.push(id);
  }
  return ids;
}

const rows = async (sql: string): Promise<unknown[]> => (await world.mysql.query(sql))[0] as unknown[];
const folders = (): Promise<string[]> => readdir(join(world.dataDir, 'runs'));
const events = (): unknown[] => hook.received.map(({ body }) => (body as { event: unknown }).event);

test.each([500, -40])(
  'a gateway whose clock is %d days ahead removes nothing, says so, and leaves scheduled runs to others',
  async (days) => {
    const right = await world.start();
    const ids = await endedRuns(right.deps.database, 0, 10);
    await mkdir(join(world.dataDir, 'runs', newRunId(new Date())));
    await world.mysql.query(
      "INSERT INTO etl_audit (at, actor, address, action, detail) VALUES (UTC_TIMESTAMP(3), 'a', 'b', 'login', '{}')",
    );
    await putSchedule(right.deps.database, { id: 'yearly', cron: '0 0 1 1 *', tz: 'UTC', params: {}, paused: false, origin: 'api' });
    await syncSchedules(right.deps);
    await right.close();

    const url = await startWrong(days * DAY_MS);
    await eventually(async () => {
      expect(events()).toEqual([
        expect.objectContaining({ kind: 'clock', differenceSeconds: expect.closeTo(days * 86_400, -2) as unknown }),
      ]);
    });
    // A pass takes about a second here.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(await folders()).toHaveLength(3);
    expect(await rows('SELECT run_id FROM etl_runs ORDER BY seq')).toEqual(ids.map((run_id) => ({ run_id })));
    expect(await rows("SELECT actor FROM etl_audit WHERE actor = 'a'")).toHaveLength(1);
    expect(events()).toHaveLength(1);

    // What it is asked for, it does, and its ids and times are those of MySQL.
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const { id } = (await (await fetch(`${url}/api/runs`, { method: 'POST', headers, body: '{}' })).json()) as { id: string };
    expect(id.slice(0, 7)).toBe(newRunId(new Date()).slice(0, 7));
    await eventually(async () => {
      expect(await rows(`SELECT state FROM etl_runs WHERE run_id = '${id}'`)).toEqual([{ state: 'extracting' }]);
    });
    const { next } = (await (await fetch(`${url}/api/overview`, { headers })).json()) as Overview;
    expect(next?.at).toBe(new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0)).toISOString());
  },
  60_000,
);

test('a pass removes its share and no more, the oldest first; while clocks differ, none', async () => {
  // No gateway runs, so that only these passes are made.
  const database = openDatabase(world.mysqlUrl);
  const config = defaults(world.redisUrl, world.mysqlUrl, world.dataDir);
  const deps = { config, database, log: createLogger('gateway', 'silent') };
  const clock = { aheadMs: 0, elapsedMs: 0 };
  const removeOld = retention({ ...deps, now: () => Date.now() + clock.aheadMs, elapsedMs: () => clock.elapsedMs });
  // So long since the pass before that each may remove an hour's share: a twenty-fourth.
  const pass = async (aheadMs: number): Promise<void> => {
    clock.aheadMs = aheadMs;
    clock.elapsedMs += 24 * 3_600_000;
    await removeOld();
  };
  const counts = async (): Promise<number[]> => [
    (await folders()).length,
    (await rows('SELECT seq FROM etl_runs')).length,
    (await rows('SELECT id FROM etl_audit')).length,
    (await rows('SELECT id FROM etl_alerts')).length,
  ];
  await endedRuns(database, ...Array.from({ length: 25 }, () => 401));
  await world.mysql.query(
    `INSERT INTO etl_audit (at, actor, address, action, detail)
     SELECT UTC_TIMESTAMP(3) - INTERVAL 401 DAY, 'a', 'b', 'login', '{}' FROM etl_runs r, etl_runs s, (SELECT 1 UNION SELECT 2) t`,
  );
  await world.mysql.query(
    `INSERT INTO etl_alerts (alert_key, kind, channel, body, state, next_attempt_at, created_at)
     SELECT CONCAT(r.seq, ':', s.seq), 'missed', 'email', '{}', 'delivered', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3) - INTERVAL 31 DAY FROM etl_runs r, etl_runs s`,
  );
  const before = await counts();
  expect(before).toEqual([25, 25, 1_250, 625]);
  await pass(6 * 60_000);
  await pass(-6 * 60_000);
  expect(await counts()).toEqual(before);
  await pass(4 * 60_000);
  expect(await counts()).toEqual([24, 24, 1_198, 599]);
  await pass(-4 * 60_000);
  expect(await counts()).toEqual([23, 23, 1_149, 575]);
  await database.end();
});

test('only a difference that is certain counts', async () => {
  const { deps } = await world.start();
  expect(Math.abs(await clockDifferenceMs(deps.database))).toBeLessThan(1_000);
  expect(await clockDifferenceMs(deps.database, () => Date.now() + DAY_MS)).toBeGreaterThan(DAY_MS - 60_000);
  expect(await clockDifferenceMs(deps.database, () => Date.now() - DAY_MS)).toBeLessThan(-DAY_MS + 60_000);
  // Asked a minute ago, answered now: MySQL may have read its clock at any time between.
  const readings = [Date.now() - 60_000, Date.now() + 60_000];
  expect(await clockDifferenceMs(deps.database, () => readings.shift() as number)).toBe(0);
});

test('a schedule that cannot be read stops no other: not its ticks, not its missed-run check, not the overview', async () => {
  const gateway = await world.start();
  const { database } = gateway.deps;
  const schedule = { params: {}, paused: false, origin: 'api' } as const;
  await putSchedule(database, { id: 'a-unreadable', cron: '0 0 31 2 *', tz: 'UTC', ...schedule });
  await putSchedule(database, { id: 'b-nowhere', cron: '0 0 * * *', tz: 'Mars/Olympus', ...schedule });
  await putSchedule(database, { id: 'santiago', cron: '0 0 * * *', tz: 'America/Santiago', ...schedule });
  await world.mysql.query("UPDATE etl_schedules SET updated_at = '2026-01-01'");
  await syncSchedules(gateway.deps);
  const [scheduler, ...others] = await gateway.deps.queues.runs.getJobSchedulers();
  expect([scheduler?.key, others]).toEqual(['santiago', []]);
  // In summer time's first night there is no midnight: the run is due at one o'clock.
  await raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse('2026-09-06T04:15:00Z') });
  const key = `missed:santiago:${Date.parse('2026-09-06T04:00:00Z')}:webhook`;
  expect(await rows("SELECT alert_key AS k FROM etl_alerts WHERE kind = 'missed'")).toEqual([{ k: key }]);
  const overview = (await (await gateway.api('GET', '/api/overview')).json()) as Overview;
  expect(overview.next).toEqual({ scheduleId: 'santiago', at: new Date(scheduler?.next as number).toISOString() });
  expect((await gateway.api('GET', '/api/schedules')).status).toBe(200);
});

test('what fires, tick by tick, is what the page shows, also over the night without a midnight', async () => {
  const gateway = await world.start();
  const { runs } = gateway.deps.queues;
  // Clocks in Santiago are set forward at midnight of one of these Sundays.
  const [cron, tz] = ['0 0 1-9 9 *', 'America/Santiago'] as const;
  const { next } = (await (await gateway.api('PUT', '/api/schedules/spring', { cron, tz })).json()) as Schedule;
  const first = Date.parse(next[0] as string);
  const watched = watchClock(tz, first - 43_200_000, first + 10 * DAY_MS);
  const means = (shown: Date): boolean =>
    shown.getUTCMonth() === 8 && shown.getUTCDate() <= 9 && shown.getUTCHours() === 0 && shown.getUTCMinutes() === 0;
  const expected = dueTimes(watched, means, first);
  expect(expected).toHaveLength(9);
  expect(next).toEqual(expected.slice(0, 5));

  // Each tick is made by the worker when it takes the one before, so the first comes from the queue and the others from the worker.
  const ticks: string[] = [];
  for (let index = 0; index < expected.length; index += 1) {
    const tick = (await runs.getJobSchedulers())[0]?.next as number;
    ticks.push(new Date(tick).toISOString());
    await (await runs.getJob(`repeat:spring:${tick}`))?.promote();
    await eventually(async () => expect((await runs.getJobSchedulers())[0]?.next).not.toBe(tick));
  }
  expect(ticks).toEqual(expected);
});

test('freshness knows a scheduled run that failed, however short the time since', async () => {
  const gateway = await world.start();
  const { database } = gateway.deps;
  const freshness = async (): Promise<Overview['freshness']> =>
    ((await (await gateway.api('GET', '/api/overview')).json()) as Overview).freshness;
  const fail = async (id: string, tick: number): Promise<void> => {
    const idempotencyKey = `runs:repeat:${id}:${tick}`;
    const { run } = await recordRun(database, { params: {}, triggerKind: 'schedule', triggeredBy: id, idempotencyKey });
    await world.mysql.query("UPDATE etl_runs SET state = 'failed', finished_at = UTC_TIMESTAMP(3) WHERE run_id = ?", [run.runId]);
  };
  const schedule = { tz: 'UTC', paused: false, origin: 'api' } as const;
  await putSchedule(database, { id: 'rehearsal', cron: '0 0 1 1 *', params: { dryRun: true }, ...schedule });
  await putSchedule(database, { id: 'often', cron: '0 0 1 1 *', params: {}, ...schedule });
  const tick = Date.now() - 120_000;
  await fail('rehearsal', tick);
  await fail('gone', tick);
  expect(await freshness()).toEqual({ state: 'unknown', expectedAt: null });
  await fail('often', tick);
  await fail('often', tick + 60_000);
  expect(await freshness()).toEqual({ state: 'stale', expectedAt: new Date(tick + 60_000).toISOString() });
  await world.mysql.query('UPDATE etl_published SET published_at = UTC_TIMESTAMP(3)');
  expect((await freshness()).state).toBe('fresh');
});
