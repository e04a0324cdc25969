import { EMPTY_FINDINGS, type RunFindings, type RunReport } from '@retail-etl/contracts';
import { raiseMissedAlerts } from '@retail-etl/gateway';
import { addAlert, claimAlerts, putSchedule, recordRun } from '@retail-etl/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../support/gateway-harness.js';
import { type HttpSink, type MailSink, startHttpSink, startMailSink } from '../support/gateway-sinks.js';

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

test('a scheduled run that did not happen is told once; one that did is not', async () => {
  const gateway = await world.start();
  const { database } = gateway.deps;
  await putSchedule(database, { id: 'missed', cron: '0 6 * * *', tz: 'UTC', params: {}, paused: false, origin: 'api' });
  await putSchedule(database, { id: 'kept', cron: '0 6 * * *', tz: 'UTC', params: {}, paused: false, origin: 'api' });
  await putSchedule(database, { id: 'paused', cron: '0 6 * * *', tz: 'UTC', params: {}, paused: true, origin: 'api' });
  const made = new Date('2026-05-01T00:00:00Z');
  await world.mysql.query('UPDATE etl_schedules SET updated_at = ?', [made]);
  await recordRun(database, { params: {}, triggerKind: 'schedule', triggeredBy: 'kept' });
  await world.mysql.query('UPDATE etl_runs SET created_at = ?', [new Date('2026-05-05T06:00:01Z')]);
  const at = (time: string): Promise<void> => raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse(time) });
  const keys = async (): Promise<string[]> => {
    const [rows] = await world.mysql.query('SELECT alert_key FROM etl_alerts ORDER BY id');
    return (rows as { alert_key: string }[]).map(({ alert_key }) => alert_key);
  };
  const expected = `missed:missed:${Date.parse('2026-05-05T06:00:00Z')}:webhook`;
  // The day before, both missed it; five minutes after the time there is still hope.
  await world.mysql.query('UPDATE etl_schedules SET updated_at = ?', [new Date('2026-05-04T12:00:00Z')]);
  await at('2026-05-05T06:05:00Z');
  expect(await keys()).toEqual([]);
  await at('2026-05-05T06:15:00Z');
  await at('2026-05-05T07:15:00Z');
  expect(await keys()).toEqual([expected]);
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
