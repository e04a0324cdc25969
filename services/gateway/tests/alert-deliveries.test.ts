import { setTimeout as sleep } from 'node:timers/promises';
import { setTimeScale } from '@retail-etl/faults';
import { alertRounds, deliverAlerts, openChannels } from '@retail-etl/gateway';
import { addAlert, type Alert, claimAlerts, recordDelivered, recordUndelivered } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';
import { createLogger } from '@retail-etl/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, defaults, eventually, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
import { alertsOf, endedRun, ERROR, withHook, withMail } from './support/alerts.js';
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

test('an alert whose gateway died without a word goes out again, and the run says so', async () => {
  const gateway = await world.start();
  const runId = await endedRun(world, gateway, 'failed', { error: ERROR });
  await gateway.close();
  await world.mysql.query(
    `INSERT INTO etl_alerts (alert_key, kind, channel, run_id, body, state, attempts, claimed_by, claimed_until, next_attempt_at, created_at)
     VALUES (?, 'failed', 'webhook', ?, ?, 'pending', 1, 'a-dead-gateway', UTC_TIMESTAMP() - INTERVAL 1 SECOND, UTC_TIMESTAMP() - INTERVAL 2 MINUTE, UTC_TIMESTAMP())`,
    [`failed:${runId}:1:webhook`, runId, JSON.stringify({ kind: 'failed', subject: 'again', text: 'the same', detail: {} })],
  );
  const next = await world.start(withHook(hook));
  expect(await alertsOf(next, runId, 1)).toEqual([expect.stringContaining('perhaps a second time')]);
  expect(hook.received.map(({ body }) => body)).toEqual([{ text: 'again\nthe same', event: { kind: 'failed' } }]);
});

test('an alert is claimed by one gateway alone', async () => {
  // No gateway runs: it would claim them, too.
  const database = openDatabase(world.mysqlUrl);
  for (let index = 0; index < 20; index += 1) {
    await addAlert(database, { key: `failed:${index}`, kind: 'failed', channel: 'webhook', runId: null, body: {} });
    const claims = await Promise.all(['a', 'b', 'c'].map((name) => claimAlerts(database, name, 3)));
    expect(claims.flat().map(({ key, attempts, mayBeRepeat }) => [key, attempts, mayBeRepeat])).toEqual([
      [`failed:${index}:webhook`, 1, false],
    ]);
  }
  await database.end();
});

test.each([
  ['email', '220-welcome\r\n', '220-one moment please\r\n'],
  ['webhook', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n', '.'],
] as const)('a delivery by %s ends at its deadline and when the gateway stops, and is tried again', async (channel, first, more) => {
  const server = await startDribblingServer(first, more);
  const database = openDatabase(world.mysqlUrl);
  const channels = openChannels({
    ...defaults(world.redisUrl, world.mysqlUrl, world.dataDir),
    ...withMail(mail),
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
  const settings = { ...withHook(hook), mysqlUrl: mysql.url };
  const [gateway] = await Promise.all([world.start(settings), world.start(settings)]);
  hook.beforeAnswer = () => mysql.close();
  const runId = await endedRun(world, gateway, 'failed', { error: ERROR });
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
  const config = { ...defaults(world.redisUrl, mysql.url, world.dataDir), ...withHook(hook) };
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
  await world.start(withHook(hook));
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
