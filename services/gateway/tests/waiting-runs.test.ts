import { startRun } from '@retail-etl/gateway';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QUEUED_RUNS_MAX } from '../../../packages/ledger/dist/run-state.js';
import { createWorld, eventually, type GatewayWorld, type RunningGateway } from '../../../tests/support/gateway-harness.js';
import { reaches } from './support/steps.js';
import { forgetRuns, ledgerRuns, trigger } from './support/triggers.js';

let world: GatewayWorld;
let gateway: RunningGateway;

beforeAll(async () => {
  world = await createWorld();
  gateway = await world.start();
});
afterAll(() => world.stop());
beforeEach(() => forgetRuns(world));

describe('when as many runs wait as may', () => {
  /** Fills the queue behind a run that works; returns a failed one too. */
  async function fill(): Promise<{ failed: string }> {
    const failed = await trigger(gateway);
    await world.mysql.query("UPDATE etl_runs SET state = 'failed', finished_at = UTC_TIMESTAMP(3) WHERE run_id = ?", [failed.id]);
    await world.mysql.query('UPDATE etl_slot SET seq = NULL');
    const working = await trigger(gateway);
    await reaches(gateway, working.id, 'extracting');
    for (let index = 0; index < QUEUED_RUNS_MAX; index += 1)
      await trigger(gateway, { dryRun: true }, { 'idempotency-key': `key ${index}` });
    return { failed: failed.id };
  }
  const waiting = async (): Promise<number> => (await ledgerRuns(world)).filter(({ state }) => state === 'queued').length;

  test('one more is refused, for API, dashboard, schedule and retry alike, until there is room', async () => {
    const { failed } = await fill();
    const refused = await gateway.api('POST', '/api/runs', {});
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: 'QUEUE_FULL', message: expect.stringContaining(String(QUEUED_RUNS_MAX)) as string });
    // What is recorded already is still answered by its key.
    expect((await gateway.api('POST', '/api/runs', { dryRun: true }, { 'idempotency-key': 'key 7' })).status).toBe(202);
    expect((await gateway.api('POST', `/api/runs/${failed}/retry`)).status).toBe(429);
    const byHand = await gateway.deps.queues.runs.add('by hand', {});
    await eventually(async () => {
      const job = await gateway.deps.queues.runs.getJob(byHand.id as string);
      expect(job?.failedReason ?? job?.stacktrace?.[0]).toMatch(/\[QUEUE_FULL\] /);
    });
    const tick = {
      id: `repeat:nightly:${Date.now()}`,
      name: 'tick',
      data: {},
      attempt: 1,
      isLastAttempt: false,
      timestamp: Date.now(),
      lost: new AbortController().signal,
      note: async () => undefined,
      progress: async () => undefined,
    };
    expect(await startRun(tick, gateway.deps)).toMatchObject({ kind: 'again', error: { code: 'QUEUE_FULL' } });
    // A burst at the same moment does not slip through.
    const burst = await Promise.all(Array.from({ length: 50 }, () => gateway.api('POST', '/api/runs', {})));
    expect(new Set(burst.map(({ status }) => status))).toEqual(new Set([429]));
    expect(await waiting()).toBe(QUEUED_RUNS_MAX);

    const oldest = (await ledgerRuns(world)).find(({ state }) => state === 'queued');
    expect((await gateway.api('POST', `/api/runs/${oldest?.run_id}/cancel`)).status).toBe(200);
    // The job that was added by hand is tried again, and may be faster than this request.
    await eventually(async () => expect(await waiting()).toBe(QUEUED_RUNS_MAX));
  });
});
