import type { RunFindings } from '@retail-etl/sales';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
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

const book = (file: string, message?: string): RunFindings['sources'][number] => ({
  source: 'shops',
  file,
  rowsRead: 0,
  rowsAccepted: 0,
  rowsRejected: 0,
  rowsSkipped: 0,
  rejectsByReason: {},
  quantity: '0',
  amount: '0',
  ...(message === undefined ? {} : { setAside: { code: 'HEADER_INVALID', message } }),
});

const told = (): [string, string][] =>
  hook.received.map(({ body }) => {
    const { event } = body as { event: { kind: string; run: string } };
    return [event.kind, event.run];
  });

test('files that a run set aside are told once on every channel, ten of them by name, by whichever of two gateways', async () => {
  const settings = { ...withHook(hook), ...withMail(mail) };
  const [gateway] = await Promise.all([world.start(settings), world.start(settings)]);
  const files = Array.from({ length: 12 }, (_, at) => `eu/bad-${at + 10}\n.csv`);
  const runId = await endedRun(world, gateway, 'published', {
    sources: [book('eu/good.csv'), ...files.map((file) => book(file, `column Umsatz is missing in ${file.slice(0, 9)}`))],
  });
  const notes = await alertsOf(gateway, runId, 2);
  expect(new Set(notes.map((note) => note.split(':')[0]))).toEqual(new Set(['set_aside by email', 'set_aside by webhook']));
  expect(told()).toEqual([['set_aside', runId]]);
  const { text, event } = hook.received[0]!.body as { text: string; event: { count: number; files: object[]; path: string } };
  expect(event).toMatchObject({ count: 12, path: `/api/runs/${runId}` });
  expect(event.files).toHaveLength(10);
  expect(event.files[0]).toEqual({
    source: 'shops',
    file: String.raw`eu/bad-10\n.csv`,
    code: 'HEADER_INVALID',
    message: 'column Umsatz is missing in eu/bad-10',
  });
  const lines = text.split('\n');
  expect(lines[0]).toMatch(/set 12 files aside$/);
  expect(lines.filter((line) => line.startsWith('shops: '))).toHaveLength(10);
  expect(lines).toContain(String.raw`shops: eu/bad-19\n.csv: HEADER_INVALID: column Umsatz is missing in eu/bad-19`);
  expect(text).toContain('and 2 more');
  expect(text).not.toContain('bad-20');
  expect(mail.received).toHaveLength(1);
  expect(mail.received[0]?.text).toContain('HEADER_INVALID');
});

test('a version that is published again is not told of again', async () => {
  const gateway = await world.start(withHook(hook));
  const sources = [book('eu/bad.csv', 'column Umsatz is missing')];
  await endedRun(world, gateway, 'published', { sources, madeBy: { id: '20260101T000000-abcdef', seq: 1 } });
  const read = await endedRun(world, gateway, 'published', { sources });
  await alertsOf(gateway, read, 1);
  expect(told()).toEqual([['set_aside', read]]);
});

test('a run that failed is told of too, a retry of it not again, and nothing from before the channel was there', async () => {
  const before = await world.start();
  const old = await endedRun(world, before, 'published', { sources: [book('a.csv', 'is empty')] });
  await before.close();
  const gateway = await world.start(withHook(hook));
  await endedRun(world, gateway, 'published', { sources: [book('a.csv')] });
  const failed = await endedRun(world, gateway, 'failed', { error: ERROR, sources: [book('a.csv', 'is empty')] });
  await alertsOf(gateway, failed, 2);
  await world.mysql.query("UPDATE etl_runs SET epoch = 2, state = 'published', finished_at = UTC_TIMESTAMP(3) WHERE run_id = ?", [failed]);
  // Alerts are raised in turn: once a later run is told of, the retry would have been.
  const last = await endedRun(world, gateway, 'published', { sources: [book('b.csv', 'is empty')] });
  await alertsOf(gateway, last, 1);
  const expected = [`failed ${failed}`, `set_aside ${failed}`, `set_aside ${last}`];
  expect(new Set(told().map((event) => event.join(' ')))).toEqual(new Set(expected));
  expect(told()).toHaveLength(3);
  expect(told().flat()).not.toContain(old);
});
