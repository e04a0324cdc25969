import { EtlError, type Overview } from '@retail-etl/contracts';
import { EMPTY_FINDINGS, type RunList, type RunReport } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches, startSteps } from './support/steps.js';
import { trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());

const json = async <T>(path: string): Promise<T> => (await (await gateway.api('GET', path)).json()) as T;

test('the wait for a retry counts nowhere', async () => {
  const run = await trigger(gateway, {});
  await eventually(async () => {
    const { state } = await json<RunReport>(`/api/runs/${run.id}`);
    expect(state).toBe('extracting');
  });
  const books = { source: 'online_sales', file: null, rowsRead: 1, rowsAccepted: 1, rowsRejected: 0, rowsSkipped: 0, rejectsByReason: {} };
  const findings = {
    ...EMPTY_FINDINGS,
    sources: [{ ...books, quantity: '1', amount: '1' }],
    stages: [{ name: 'extract', startedAt: '2026-03-02T10:00:02.000Z', finishedAt: '2026-03-02T11:00:12.000Z', jobs: 3 }],
  };
  await world.mysql.query(
    `UPDATE etl_runs SET state = 'published', epoch = 2, report = ?, started_at = '2026-03-02 10:00:00', finished_at = '2026-03-02 11:00:20'
     WHERE run_id = ?`,
    [JSON.stringify(findings), run.id],
  );
  await world.mysql.query(
    "INSERT INTO etl_pauses SELECT seq, 1, '2026-03-02 10:00:10', '2026-03-02 11:00:05' FROM etl_runs WHERE run_id = ?",
    [run.id],
  );
  // An hour and twenty seconds from start to end, of which it waited for 59 minutes and 55 seconds.
  const times = { durationMs: 25_000, pausedMs: 3_595_000, stages: [{ name: 'extract', durationMs: 15_000 }] };
  expect(await json<RunReport>(`/api/runs/${run.id}`)).toMatchObject(times);
  expect((await json<RunList>('/api/runs')).runs[0]).toMatchObject(times);
  expect((await json<Overview>('/api/overview')).runs[0]).toMatchObject({ seq: run.seq, durationMs: 25_000 });
  const metrics = await (await gateway.api('GET', '/metrics')).text();
  expect(metrics).toMatch(/^retail_etl_last_run_stage_duration_seconds\{stage="extract",service="gateway"\} 15$/m);
});

test('a run that fails and is retried says how long it waited', async () => {
  let fails = true;
  const steps = await startSteps(world, async (step) => (fails && step === 'merge' ? new EtlError('SUMMARY_EMPTY', 'nothing') : null));
  try {
    await world.mysql.query('UPDATE etl_slot SET seq = NULL');
    const { id } = await trigger(gateway, {});
    await reaches(gateway, id, 'failed');
    await world.mysql.query(
      'UPDATE etl_runs SET started_at = started_at - INTERVAL 1 HOUR, finished_at = finished_at - INTERVAL 1 HOUR WHERE run_id = ?',
      [id],
    );
    const before = await json<RunReport>(`/api/runs/${id}`);
    fails = false;
    expect((await gateway.api('POST', `/api/runs/${id}/retry`)).status).toBe(202);
    const after = await reaches(gateway, id, 'published');
    const [from, to] = [after.startedAt, after.finishedAt].map((time) => Date.parse(time as string)) as [number, number];
    expect(after.pausedMs).toBeGreaterThanOrEqual(3_600_000);
    expect(after.durationMs).toBe(to - from - after.pausedMs);
    expect(after.durationMs).toBeGreaterThanOrEqual(before.durationMs as number);
  } finally {
    await steps.close();
  }
});
