import { recordRun } from '@retail-etl/ledger';
import { openDatabase } from '@retail-etl/mysql';
import { EMPTY_FINDINGS, type RunFindings } from '@retail-etl/sales';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
import { alertsOf, endedRun, ERROR, withHook } from './support/alerts.js';
import { type HttpSink, startHttpSink } from './support/sinks.js';

let world: GatewayWorld;
let hook: HttpSink;

beforeEach(async () => {
  world = await createWorld();
  hook = await startHttpSink();
});
afterEach(async () => {
  await world.stop();
  await hook.close();
});

/** What the channel was told of, as kind and run or schedule. */
const told = (): string[] =>
  hook.received.map(({ body }) => {
    const { event } = body as { event: { kind: string; run?: string; schedule?: string } };
    return `${event.kind} ${event.run ?? event.schedule ?? ''}`;
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
  await endedRun(world, without, 'failed', { error: ERROR });
  await endedRun(world, without, 'published', rejects);
  await without.close();

  const on = await world.start({ ...withHook(hook), warnRejectRatio: 0.8 });
  const first = await endedRun(world, on, 'failed', { error: ERROR });
  await alertsOf(on, first, 1);
  expect(told()).toEqual([`failed ${first}`]);
  // What fails while no gateway is there is told by the next one, as the channel is still on.
  await on.close();
  const [seen] = await endedUnseen('failed');
  const again = await world.start({ ...withHook(hook), warnRejectRatio: 0.8 });
  await alertsOf(again, seen as string, 1);
  expect(told()).toEqual([`failed ${first}`, `failed ${seen}`]);
  await again.close();

  // A lower ratio is another thing to be told of: yesterday's rejects are not.
  const lower = await world.start({ ...withHook(hook), warnRejectRatio: 0.1 });
  const rejected = await endedRun(world, lower, 'published', rejects);
  await alertsOf(lower, rejected, 1);
  await lower.close();
  const off = await world.start();
  await endedRun(world, off, 'failed', { error: ERROR });
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT COUNT(*) AS count FROM etl_alerts WHERE kind = 'watch'");
    expect(rows).toEqual([{ count: 0 }]);
  });
  await off.close();
  const back = await world.start({ ...withHook(hook), warnRejectRatio: 0.1 });
  const last = await endedRun(world, back, 'failed', { error: ERROR });
  await alertsOf(back, last, 1);
  expect(told()).toEqual([`failed ${first}`, `failed ${seen}`, `rejects ${rejected}`, `failed ${last}`]);
});

test('what waits for a channel that is switched off is given up, so that it does not arrive when the channel is back', async () => {
  hook.answer = { status: 500 };
  const on = await world.start(withHook(hook));
  await endedRun(world, on, 'failed', { error: ERROR });
  await eventually(async () => expect(hook.received.length).toBeGreaterThan(0));
  await on.close();
  const off = await world.start();
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT state FROM etl_alerts WHERE kind = 'failed'");
    expect(rows).toEqual([{ state: 'failed' }]);
  });
  await off.close();
});
