import { raiseMissedAlerts } from '@retail-etl/gateway';
import { recordRun } from '@retail-etl/ledger';
import type { Logger } from '@retail-etl/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld } from '../../../tests/support/gateway-harness.js';
import { schedulesAtSix, withHook } from './support/alerts.js';
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

test('a scheduled run that did not happen is told once; one that did is not', async () => {
  const gateway = await world.start();
  await schedulesAtSix(world, gateway, '2026-05-04T12:00:00Z', 'missed', 'kept', 'paused');
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
  await schedulesAtSix(world, gateway, '2026-05-03T12:00:00Z', 'ahead', 'made-up', 'late-before');
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
  await schedulesAtSix(world, gateway, '2026-05-04T12:00:00Z', 'missed');
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

test('a schedule whose time had passed before the channel was switched on is not told of, a later one is', async () => {
  const gateway = await world.start(withHook(hook));
  await eventually(async () => {
    const [rows] = await world.mysql.query("SELECT COUNT(*) AS count FROM etl_alerts WHERE kind = 'watch'");
    // Failed runs, files that were set aside, and runs that were missed.
    expect(rows).toEqual([{ count: 3 }]);
  });
  await schedulesAtSix(world, gateway, '2026-05-04T12:00:00Z', 'missed');
  await world.mysql.query("UPDATE etl_alerts SET created_at = ? WHERE kind = 'watch'", [new Date('2026-05-05T06:12:00Z')]);
  for (const time of ['2026-05-05T06:15:00Z', '2026-05-06T06:15:00Z'])
    await raiseMissedAlerts({ ...gateway.deps, channels: ['webhook'], now: () => Date.parse(time) });
  const [rows] = await world.mysql.query("SELECT alert_key AS k FROM etl_alerts WHERE kind = 'missed'");
  expect(rows).toEqual([{ k: `missed:missed:${Date.parse('2026-05-06T06:00:00Z')}:webhook` }]);
});
