import type { RunFindings } from '@retail-etl/sales';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
import { alertsOf, endedRun, ERROR, withHook, withMail } from './support/alerts.js';
import { type HttpSink, type MailSink, startHttpSink, startMailSink } from './support/sinks.js';

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

test('a failed run is told once on every channel, by whichever of two gateways, and the run shows it', async () => {
  const [gateway] = await Promise.all([
    world.start({ ...withHook(hook), ...withMail(mail) }),
    world.start({ ...withHook(hook), ...withMail(mail) }),
  ]);
  const runId = await endedRun(world, gateway, 'failed', { error: ERROR });
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
  const gateway = await world.start(withHook(hook));
  const runId = await endedRun(world, gateway, 'failed', { error: ERROR });
  await eventually(async () => expect(hook.received.length).toBeGreaterThan(0));
  expect((await alertsOf(gateway, runId, 0)).length).toBe(0);
  hook.answer = { status: 204 };
  await alertsOf(gateway, runId, 1);
  expect(hook.received).toHaveLength(2);
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
  const gateway = await world.start({ ...withHook(hook), warnRejectRatio: 0.1 });
  const quiet = await endedRun(world, gateway, 'published', { sources: [book('online_sales', 100, 10), book('store_sales', 10, 1)] });
  const loud = await endedRun(world, gateway, 'published', { sources: [book('online_sales', 100_000, 0), book('store_sales', 100, 11)] });
  await alertsOf(gateway, loud, 1);
  expect(hook.received.map(({ body }) => (body as { event: { run: string; kind: string } }).event)).toEqual([
    expect.objectContaining({ kind: 'rejects', run: loud, ratio: 0.11 }),
  ]);
  expect(await alertsOf(gateway, quiet, 0)).toEqual([]);
});

test('a test alert says how each channel took it', async () => {
  const gateway = await world.start({ ...withHook(hook), ...withMail(mail) });
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
  const unsent = await none.api('POST', '/api/alerts/test');
  expect(unsent.status).toBe(409);
  expect(await unsent.json()).toMatchObject({ code: 'ALERT_UNSENT' });
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
