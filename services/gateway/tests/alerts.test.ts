import { setTimeout as sleep } from 'node:timers/promises';
import { EMPTY_FINDINGS, type RunFindings, type RunReport } from '@retail-etl/sales';
import { setTimeScale } from '@retail-etl/faults';
import { alertRounds, deliverAlerts, openChannels, raiseMissedAlerts } from '@retail-etl/gateway';
import { addAlert, type Alert, claimAlerts, putSchedule, recordDelivered, recordRun, recordUndelivered } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';
import { createLogger, type Logger } from '@retail-etl/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, defaults, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { type HttpSink, type MailSink, startDribblingServer, startHttpSink, startMailSink } from './support/sinks.js';
import { startSwitch } from './support/switch.js';

let world: GatewayWorld;
let hook: HttpSink;
let mail: MailSink;

beforeEach(async () => {
  world = await createWorld();
  hook = await startHttpSink();
  mail = await startMailSink();
});
afterEach(async () => {
  await world.stop();
  await Promise.all([hook.close(), mail.close()]);
});

const withHook = (): object => ({ alertWebhookUrl: hook.url, alertAllowPrivate: true });
const withMail = (): object => ({
  smtpUrl: mail.url,
  alertEmailFrom: 'etl@shop.example',
  alertEmailTo: 'ops@shop.example, boss@shop.example',
});

/** A run that ended just now, as the ledger has it. */
async function endedRun(gateway: RunningGateway, state: 'failed' | 'published', findings: Partial<RunFindings>): Promise<string> {
  const { run } = await recordRun(gateway.deps.database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  await world.mysql.query('UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP(3), report = ? WHERE run_id = ?', [
    state,
    JSON.stringify({ ...EMPTY_FINDINGS, ...findings }),
    run.runId,
  ]);
  return run.runId;
}

const ERROR = { code: 'SOURCE_MISSING', message: 'there is no store file in input', remedy: 'Put one there.', stage: 'extract' };

async function alertsOf(gateway: RunningGateway, runId: string, count: number): Promise<string[]> {
  return eventually(async () => {
    const { alerts } = (await (await gateway.api('GET', `/api/runs/${runId}`)).json()) as RunReport;
    if (alerts.length < count) throw new Error(`${alerts.length} of ${count} alerts`);
    return alerts;
  });
}

test('a failed run is told once on every channel, by whichever of two gateways, and the run shows it', async () => {
  const [gateway] = await Promise.all([world.start({ ...withHook(), ...withMail() }), world.start({ ...withHook(), ...withMail() })]);
  const runId = await endedRun(gateway, 'failed', { error: ERROR });
  const notes = await alertsOf(gateway, runId, 2);
  expect(notes).toHaveLength(2);
  expect(new Set(notes.map((note) => note.split(':')[0]))).toEqual(new Set(['failed by email', 'failed by webhook']));
  expect(hook.received).toHaveLength(1);
  expect(hook.received[0]?.path).toBe('/hook');
  expect(hook.received[0]?.body).toMatchObject({
    text: expect.stringContaining('there is no store file in input'),
    event: { kind: 'failed', run: runId, code: 'SOURCE_MISSING', remedy: 'Put one there.', stage: 'extract' },
  });
  expect(mail.received).toHaveLength(1);
  expect(mail.received[0]).toMatchObject({ from: 'etl@shop.example', to: ['ops@shop.example', 'boss@shop.example'] });
  expect(mail.received[0]?.text).toContain('SOURCE_MISSING');
});

test('a webhook that fails is tried again until it takes the alert', async () => {
  hook.answer = { status: 500 };
  const gateway = await world.start(withHook());
  const runId = await endedRun(gateway, 'failed', { error: ERROR });
  await eventually(async () => expect(hook.received.length).toBeGreaterThan(0));
  expect((await alertsOf(gateway, runId, 0)).length).toBe(0);
  hook.answer = { status: 204 };
  await alertsOf(gateway, runId, 1);
  expect(hook.received).toHaveLength(2);
});

test('an alert whose gateway died without a word goes out again, and the run says so', async () => {
  const gateway = await world.start();
  const runId = await endedRun(gateway, 'failed', { error: ERROR });
  await gateway.close();
  await world.mysql.query(
    `INSERT INTO etl_alerts (alert_key, kind, channel, run_id, body, state, attempts, claimed_by, claimed_until, next_attempt_at, created_at)
     VALUES (?, 'failed', 'webhook', ?, ?, 'pending', 1, 'a-dead-gateway', UTC_TIMESTAMP() - INTERVAL 1 SECOND, UTC_TIMESTAMP() - INTERVAL 2 MINUTE, UTC_TIMESTAMP())`,
    [`failed:${runId}:1:webhook`, runId, JSON.stringify({ kind: 'failed', subject: 'again', text: 'the same', detail: {} })],
  );
  const next = await world.start(withHook());
  expect(await alertsOf(next, runId, 1)).toEqual([expect.stringContaining('perhaps a second time')]);
  expect(hook.received.map(({ body }) => body)).toEqual([{ text: 'again\nthe same', event: { kind: 'failed' } }]);
});

test('an alert is claimed by one gateway alone', async () => {
  const gateway = await world.start();
  const { database } = gateway.deps;
  for (let index = 0; index < 20; index += 1) {
    await addAlert(database, { key: `failed:${index}`, kind: 'failed', channel: 'webhook', runId: null, body: {} });
    const claims = await Promise.all(['a', 'b', 'c'].map((name) => claimAlerts(database, name, 3)));
    expect(claims.flat().map(({ key, attempts, mayBeRepeat }) => [key, attempts, mayBeRepeat])).toEqual([
      [`failed:${index}:webhook`, 1, false],
    ]);
  }
});

test.each([
  ['email', '220-welcome\r\n', '220-one moment please\r\n'],
  ['webhook', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n', '.'],
] as const)('a delivery by %s ends at its deadline and when the gateway stops, and is tried again', async (channel, first, more) => {
  const server = await startDribblingServer(first, more);
  const database = openDatabase(world.mysqlUrl);
  const channels = openChannels({
    ...defaults(world.redisUrl, world.mysqlUrl, world.dataDir),
    ...withMail(),
    smtpUrl: `smtp://127.0.0.1:${server.port}`,
    alertWebhookUrl: `http://127.0.0.1:${server.port}/`,
    alertAllowPrivate: true,
  });
  const stopping = new AbortController();
  const deps = { database, channels, log: createLogger('gateway', 'silent'), gatewayId: 'here', stopping: stopping.signal };
  const body = { kind: 'failed', subject: 'x', text: 'y', detail: {} };
  await addAlert(database, { key: 'failed:x', kind: 'failed', channel, runId: null, body });

  const late = await deliverAlerts({ ...deps, deliveryMsMax: 300 });
  expect(late).toEqual([{ channel, delivered: false, error: 'no answer within 0.3 s' }]);
  await eventually(async () => expect(server.open()).toBe(0), 3_000);

  await world.mysql.query("UPDATE etl_alerts SET next_attempt_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE state = 'pending'");
  setTimeout(() => stopping.abort(), 300);
  const began = performance.now();
  expect(await deliverAlerts(deps)).toEqual([{ channel, delivered: false, error: expect.stringContaining('the gateway stopped') }]);
  expect(performance.now() - began).toBeLessThan(5_000);
  await eventually(async () => expect(server.open()).toBe(0), 3_000);
  const [rows] = await world.mysql.query('SELECT state, attempts, claimed_by FROM etl_alerts');
  expect(rows).toEqual([{ state: 'pending', attempts: 2, claimed_by: null }]);
  await database.end();
  await server.close();
});

test('a delivery that MySQL could not take note of is recorded when it is back, and not made again by any gateway', async () => {
  const mysql = await startSwitch(world.mysqlUrl, 3306);
  await mysql.open();
  const settings = { ...withHook(), mysqlUrl: mysql.url };
  const [gateway] = await Promise.all([world.start(settings), world.start(settings)]);
  hook.beforeAnswer = () => mysql.close();
  const runId = await endedRun(gateway, 'failed', { error: ERROR });
  await eventually(async () => expect(hook.received).toHaveLength(1));
  // Long enough for both to have seen that MySQL is away, and the claim has run out when it is back.
  await sleep(3_000);
  await world.mysql.query('UPDATE etl_alerts SET claimed_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
  hook.beforeAnswer = async () => undefined;
  await mysql.open();
  const notes = await eventually(() => alertsOf(gateway, runId, 1));
  await sleep(3_000);
  expect(hook.received).toHaveLength(1);
  expect(notes).toEqual([expect.stringMatching(/^failed by webhook: delivered [^;]+$/)]);
  const [rows] = await world.mysql.query("SELECT state, attempts FROM etl_alerts WHERE kind <> 'watch'");
  expect(rows).toEqual([{ state: 'delivered', attempts: 1 }]);
  await mysql.close();
});

test('what becomes of an alert is up to the gateway that has it; that it was delivered stands all the same', async () => {
  const database = openDatabase(world.mysqlUrl);
  const claim = async (name: string): Promise<Alert> => {
    const [alert] = await claimAlerts(database, name, 1, { key: 'failed:x:webhook' });
    if (alert === undefined) throw new Error('there was nothing to claim');
    return alert;
  };
  const row = async (): Promise<unknown> => {
    const [rows] = await world.mysql.query('SELECT state, claimed_by FROM etl_alerts');
    return (rows as unknown[])[0];
  };
  await addAlert(database, { key: 'failed:x', kind: 'failed', channel: 'webhook', runId: null, body: {} });
  const slow = await claim('slow');
  await world.mysql.query('UPDATE etl_alerts SET claimed_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND');
  expect(await claimAlerts(database, 'careful', 1, { takeOver: false })).toEqual([]);
  expect((await claim('next')).mayBeRepeat).toBe(true);
  await recordUndelivered(database, slow, 'too late', null, 'given up');
  expect(await row()).toEqual({ state: 'pending', claimed_by: 'next' });
  await recordDelivered(database, slow, 'delivered');
  expect(await row()).toMatchObject({ state: 'delivered' });
  await database.end();
});

test('when MySQL is back, the gateways that delivered something record it before another takes over', async () => {
  const mysql = await startSwitch(world.mysqlUrl, 3306);
  const database = openDatabase(mysql.url);
  const config = { ...defaults(world.redisUrl, mysql.url, world.dataDir), ...withHook() };
  const log = createLogger('gateway', 'silent');
  const round = alertRounds({ config, database, log, gatewayId: 'next', stopping: new AbortController().signal }, openChannels(config));
  await world.mysql.query(
    `INSERT INTO etl_alerts (alert_key, kind, channel, run_id, body, state, attempts, claimed_by, claimed_until, next_attempt_at, created_at)
     VALUES ('failed:x:webhook', 'failed', 'webhook', NULL, ?, 'pending', 1, 'the-first', UTC_TIMESTAMP() - INTERVAL 1 SECOND, UTC_TIMESTAMP(), UTC_TIMESTAMP())`,
    [JSON.stringify({ kind: 'failed', subject: 'x', text: 'y', detail: {} })],
  );
  setTimeScale(0.2);
  try {
    await expect(round()).rejects.toMatchObject({ code: 'MYSQL_UNAVAILABLE' });
    await mysql.open();
    await round();
    expect(hook.received).toHaveLength(0);
    await sleep(1_200);
    await round();
    expect(hook.received).toHaveLength(1);
  } finally {
    setTimeScale(1);
    await database.end();
    await mysql.close();
  }
});

test('a test alert whose gateway died ends as failed, with a reason, and goes out no more', async () => {
  await world.mysql.query(
    `INSERT INTO etl_alerts (alert_key, kind, channel, run_id, body, state, attempts, claimed_by, claimed_until, next_attempt_at, created_at)
     VALUES ('test:sent:webhook', 'test', 'webhook', NULL, '{}', 'pending', 1, 'a-dead-gateway', UTC_TIMESTAMP() - INTERVAL 1 SECOND, UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 3 MINUTE),
            ('test:not-begun:webhook', 'test', 'webhook', NULL, '{}', 'pending', 0, NULL, NULL, UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 3 MINUTE),
            ('test:under-way:webhook', 'test', 'webhook', NULL, '{}', 'pending', 1, 'a-living-one', UTC_TIMESTAMP() + INTERVAL 1 MINUTE, UTC_TIMESTAMP(), UTC_TIMESTAMP())`,
  );
  await world.start(withHook());
  await eventually(async () => {
    const [rows] = await world.mysql.query(
      "SELECT alert_key AS k, state, last_error AS error FROM etl_alerts WHERE kind <> 'watch' ORDER BY id",
    );
    expect(rows).toEqual([
      { k: 'test:sent:webhook', state: 'failed', error: expect.stringContaining('did not record') },
      { k: 'test:not-begun:webhook', state: 'failed', error: expect.stringContaining('did not record') },
      { k: 'test:under-way:webhook', state: 'pending', error: null },
    ]);
  });
  expect(hook.received).toEqual([]);
});

test('rejects above the warning ratio of one source are told, below it are not', async () => {
  const book = (source: 'online_sales' | 'store_sales', rowsRead: number, rowsRejected: number): RunFindings['sources'][number] => ({
    source,
    file: source === 'store_sales' ? 'a.csv' : null,
    rowsRead,
    rowsAccepted: rowsRead - rowsRejected,
    rowsRejected,
    rowsSkipped: 0,
    rejectsByReason: {},
    quantity: '1',
    amount: '1',
  });
  const gateway = await world.start({ ...withHook(), warnRejectRatio: 0.1 });
  const quiet = await endedRun(gateway, 'published', { sources: [book('online_sales', 100, 10), book('store_sales', 10, 1)] });
  const loud = await endedRun(gateway, 'published', { sources: [book('online_sales', 100_000, 0), book('store_sales', 100, 11)] });
  await alertsOf(gateway, loud, 1);
  expect(hook.received.map(({ body }) => (body as { event: { run: string; kind: string } }).event)).toEqual([
    expect.objectContaining({ kind: 'rejects', run: loud, ratio: 0.11 }),
  ]);
  expect(await alertsOf(gateway, quiet, 0)).toEqual([]);
});

/** Schedules at six, in the ledger since `made`. */
async function schedulesAtSix(gateway: RunningGateway, made: string, ...ids: string[]): Promise<void> {
  for (const id of ids)
    await putSchedule(gateway.deps.database, { id, cron: '0 6 * * *', tz: 'UTC', params: {}, paused: id === 'paused', origin: 'api' });
  await world.mysql.query('UPDATE etl_schedules SET updated_at = ?', [new Date(made)]);
}

test('a scheduled run that did not happen is told once; one that did is not', async () => {
  const gateway = await world.start();
  await schedulesAtSix(gateway, '2026-05-04T12:00:00Z', 'missed', 'kept', 'paused');
  const due = Date.parse('2026-05-05T06:00:00Z');
  await recordRun(gateway.deps.database, {
    params: {},
    triggerKind: 'schedule',
    triggeredBy: 'kept',
    idempotencyKey: `runs:repeat:kept:${due}`,
  });
  // MySQL's clock may be behind: what the run was for counts, not when MySQL has recorded it.
  await world.mysql.query('UPDATE etl_runs SET created_at = ?', [new Date('2026-05-05T05:20:00Z')]);
  const at = (time: string): Promise<void> => raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse(time) });
  const keys = async (): Promise<string[]> => {
    const [rows] = await world.mysql.query('SELECT alert_key FROM etl_alerts ORDER BY id');
    return (rows as { alert_key: string }[]).map(({ alert_key }) => alert_key);
  };
  // Five minutes after the time there is still hope.
  await at('2026-05-05T06:05:00Z');
  expect(await keys()).toEqual([]);
  await at('2026-05-05T06:15:00Z');
  await at('2026-05-05T07:15:00Z');
  expect(await keys()).toEqual([`missed:missed:${due}:webhook`]);
});

test('a run for another time is none for this one, unless it was late and made up for it', async () => {
  const gateway = await world.start();
  const { database } = gateway.deps;
  await schedulesAtSix(gateway, '2026-05-03T12:00:00Z', 'ahead', 'made-up', 'late-before');
  const record = async (id: string, late: boolean, runId: string): Promise<void> => {
    const idempotencyKey = `runs:repeat:${id}:${Date.parse('2026-05-04T06:00:00Z')}`;
    const { run } = await recordRun(database, { params: {}, triggerKind: 'schedule', triggeredBy: id, late, idempotencyKey });
    await world.mysql.query('UPDATE etl_runs SET run_id = ?, created_at = ? WHERE run_id = ?', [
      runId,
      // By MySQL's clock, a day and more ahead, all of them come after the time in question.
      new Date('2026-05-05T08:00:00Z'),
      run.runId,
    ]);
  };
  await record('ahead', false, '20260504T060000-aaaaaa');
  await record('made-up', true, '20260505T060500-bbbbbb');
  await record('late-before', true, '20260504T090000-cccccc');
  await raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse('2026-05-05T06:15:00Z') });
  const [rows] = await world.mysql.query('SELECT alert_key AS k FROM etl_alerts ORDER BY alert_key');
  const due = Date.parse('2026-05-05T06:00:00Z');
  expect(rows).toEqual([{ k: `missed:ahead:${due}:webhook` }, { k: `missed:late-before:${due}:webhook` }]);
});

test('without any channel a scheduled run that did not happen is in the log, once', async () => {
  const gateway = await world.start();
  await schedulesAtSix(gateway, '2026-05-04T12:00:00Z', 'missed');
  const lines: unknown[] = [];
  const log = { warn: (fields: object, text: string) => lines.push({ ...fields, text }) } as unknown as Logger;
  const warned = new Map<string, number>();
  for (const time of ['2026-05-05T06:05:00Z', '2026-05-05T06:15:00Z', '2026-05-05T06:16:00Z', '2026-05-06T06:15:00Z'])
    await raiseMissedAlerts({ ...gateway.deps, log, channels: [], now: () => Date.parse(time) }, warned);
  const text = expect.stringContaining('no channel for alerts is configured') as unknown;
  expect(lines).toEqual([
    { schedule: 'missed', expectedAt: '2026-05-05T06:00:00.000Z', text },
    { schedule: 'missed', expectedAt: '2026-05-06T06:00:00.000Z', text },
  ]);
});

test('a test alert says how each channel took it', async () => {
  const gateway = await world.start({ ...withHook(), ...withMail() });
  hook.answer = { status: 302, headers: { location: '/elsewhere' } };
  const response = await gateway.api('POST', '/api/alerts/test');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    channels: [
      { channel: 'webhook', delivered: false, error: expect.stringContaining('302') },
      { channel: 'email', delivered: true, error: null },
    ],
  });
  expect(hook.received.map(({ path }) => path)).toEqual(['/hook']);
  expect(mail.received).toHaveLength(1);
  const none = await world.start();
  expect((await none.api('POST', '/api/alerts/test')).status).toBe(409);
});

test('private addresses are refused unless allowed, by number and by name', async () => {
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f000001', '[::ffff:127.0.0.1]']) {
    const gateway = await world.start({ alertWebhookUrl: hook.url.replace('127.0.0.1', host) });
    const { channels } = (await (await gateway.api('POST', '/api/alerts/test')).json()) as {
      channels: { delivered: boolean; error: string }[];
    };
    expect(channels, host).toEqual([{ channel: 'webhook', delivered: false, error: expect.stringContaining('not a public address') }]);
    await gateway.close();
  }
  expect(hook.received).toEqual([]);
});

/** What the channel was told of, as kind and run or schedule. */
const told = (): string[] =>
  hook.received.map(({ body }) => {
    const { event } = body as { event: { kind: string; run?: string; schedule?: string } };
    return `${event.kind} ${event.run ?? event.schedule ?? ''}`;
  });

test('a channel that is switched on tells nothing old, and one that is switched on again neither', async () => {
  const rejects = {
    sources: [
      {
        source: 'online_sales',
        file: null,
        rowsRead: 10,
        rowsAccepted: 5,
        rowsRejected: 5,
        rowsSkipped: 0,
        rejectsByReason: {},
        quantity: '1',
        amount: '1',
      },
    ],
  } as unknown as Partial<RunFindings>;
  const without = await world.start();
  await endedRun(without, 'failed', { error: ERROR });
  await endedRun(without, 'published', rejects);
  await without.close();

  const on = await world.start({ ...withHook(), warnRejectRatio: 0.8 });
  const first = await endedRun(on, 'failed', { error: ERROR });
  await alertsOf(on, first, 1);
  expect(told()).toEqual([`failed ${first}`]);
  // What fails while no gateway is there is told by the next one, as the channel is still on.
  await on.close();
  const [seen] = await endedUnseen('failed');
  const again = await world.start({ ...withHook(), warnRejectRatio: 0.8 });
  await alertsOf(again, seen as string, 1);
  expect(told()).toEqual([`failed ${first}`, `failed ${seen}`]);
  await again.close();

  // A lower ratio is another thing to be told of: yesterday's rejects are not.
  const lower = await world.start({ ...withHook(), warnRejectRatio: 0.1 });
  const rejected = await endedRun(lower, 'published', rejects);
  await alertsOf(lower, rejected, 1);
  await lower.close();
  const off = await world.start();
  await endedRun(off, 'failed', { error: ERROR });
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT COUNT(*) AS count FROM etl_alerts WHERE kind = 'watch'");
    expect(rows).toEqual([{ count: 0 }]);
  });
  await off.close();
  const back = await world.start({ ...withHook(), warnRejectRatio: 0.1 });
  const last = await endedRun(back, 'failed', { error: ERROR });
  await alertsOf(back, last, 1);
  expect(told()).toEqual([`failed ${first}`, `failed ${seen}`, `rejects ${rejected}`, `failed ${last}`]);
});

/** Runs that failed without any gateway, as the ledger has them. */
async function endedUnseen(state: 'failed'): Promise<string[]> {
  const database = openDatabase(world.mysqlUrl);
  const { run } = await recordRun(database, { params: {}, triggerKind: 'api', triggeredBy: 'ada' });
  await world.mysql.query('UPDATE etl_runs SET state = ?, finished_at = UTC_TIMESTAMP(3), report = ? WHERE run_id = ?', [
    state,
    JSON.stringify({ ...EMPTY_FINDINGS, error: ERROR }),
    run.runId,
  ]);
  await database.end();
  return [run.runId];
}

test('what waits for a channel that is switched off is given up, so that it does not arrive when the channel is back', async () => {
  hook.answer = { status: 500 };
  const on = await world.start(withHook());
  await endedRun(on, 'failed', { error: ERROR });
  await eventually(async () => expect(hook.received.length).toBeGreaterThan(0));
  await on.close();
  const off = await world.start();
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT state FROM etl_alerts WHERE kind = 'failed'");
    expect(rows).toEqual([{ state: 'failed' }]);
  });
  await off.close();
});

test('a schedule whose time had passed before the channel was switched on is not told of, a later one is', async () => {
  const gateway = await world.start(withHook());
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT COUNT(*) AS count FROM etl_alerts WHERE kind = 'watch'");
    expect(rows).toEqual([{ count: 2 }]);
  });
  await schedulesAtSix(gateway, '2026-05-04T12:00:00Z', 'missed');
  await world.mysql.query("UPDATE etl_alerts SET created_at = ? WHERE kind = 'watch'", [new Date('2026-05-05T06:12:00Z')]);
  for (const time of ['2026-05-05T06:15:00Z', '2026-05-06T06:15:00Z'])
    await raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse(time) });
  const [rows] = await world.mysql.query("SELECT alert_key AS k FROM etl_alerts WHERE kind = 'missed'");
  expect(rows).toEqual([{ k: `missed:missed:${Date.parse('2026-05-06T06:00:00Z')}:webhook` }]);
});
