import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import { setTimeScale } from '@retail-etl/faults';
import { cancelRun, failRun, retryRun, type Run } from '@retail-etl/ledger';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ERROR, LedgerRuns } from '../../ledger/tests/ledger-runs.js';
import { aborted, StepDelivery } from './step-delivery.js';

let runs: LedgerRuns;
let run: Run;
beforeAll(async () => {
  // Looks at the run every twenty milliseconds instead of every second.
  setTimeScale(0.02);
  runs = await LedgerRuns.open();
});
beforeEach(async () => {
  await runs.empty();
  run = await runs.addHolder({ state: 'loading' });
});
afterAll(async () => {
  setTimeScale(1);
  await runs.drop();
});

const RUN_ENDED = { kind: 'done', result: { rows: 0, note: 'the run has ended', skipped: true } };
const TERMINAL = new EtlError('SOURCE_EMPTY', 'a.csv is empty');
const delivered = (isLastAttempt = false): StepDelivery => new StepDelivery({ data: { runId: run.runId, epoch: 1 }, isLastAttempt });

/** The run failed, and goes on under the next epoch. */
async function goOn(): Promise<unknown> {
  await failRun(runs.database, run.runId, 1, ERROR);
  return retryRun(runs.database, run.runId);
}

/** Ways for a run to end while one of its steps works. */
const ENDINGS = [
  ['was cancelled', async () => cancelRun(runs.database, run.runId)],
  ['goes on under the next epoch', goOn],
] as const;

test.each(ENDINGS)('a step hears that its run %s, and then has nothing to do', async (_how, end) => {
  let reason: unknown;
  let after: Run | undefined;
  const outcome = await delivered().run(runs.database, async (_data, { signal }) => {
    await end();
    after = await runs.find(run);
    reason = await aborted(signal);
    throw TERMINAL;
  });
  expect(reason).toMatchObject({ message: `run ${run.runId} has ended` });
  expect(outcome).toEqual(RUN_ENDED);
  expect(await runs.find(run)).toEqual(after);
});

test.each(ENDINGS)('a step that fails because its run %s has nothing to do, also before it hears of it', async (_how, end) => {
  setTimeScale(1_000);
  try {
    const outcome = await delivered(true).run(runs.database, async () => {
      await end();
      throw TERMINAL;
    });
    expect(outcome).toEqual(RUN_ENDED);
    expect(await runs.find(run)).not.toMatchObject({ findings: { error: { code: 'SOURCE_EMPTY' } } });
  } finally {
    setTimeScale(0.02);
  }
});

test.each([false, true])('a job that was given to another worker is left alone, whatever happened to it (last try: %s)', async (isLast) => {
  const delivery = delivered(isLast);
  let reason: unknown;
  const outcome = await delivery.run(runs.database, async (_data, { signal }) => {
    delivery.lost.abort(new Error('lock lost'));
    reason = await aborted(signal);
    throw TERMINAL;
  });
  expect(reason).toMatchObject({ message: 'lock lost' });
  expect(outcome).toEqual({ kind: 'again', error: TERMINAL });
  expect(await runs.find(run)).toEqual(run);
});

test.each([false, true])('a service that stops gives its job back, whatever else happened to it (last try: %s)', async (isLast) => {
  const delivery = delivered(isLast);
  let reason: unknown;
  const outcome = await delivery.run(runs.database, async (_data, { signal }) => {
    delivery.stopping.abort(new Error('SIGTERM'));
    reason = await aborted(signal);
    delivery.lost.abort();
    await cancelRun(runs.database, run.runId);
    throw TERMINAL;
  });
  expect(reason).toMatchObject({ message: 'SIGTERM' });
  expect(outcome).toEqual({ kind: 'released' });
  expect(await runs.find(run)).toMatchObject({ state: 'cancelled', findings: { error: null } });
});

test('a step that ends well while its service stops is done', async () => {
  const delivery = delivered();
  const outcome = await delivery.run(runs.database, async () => {
    delivery.stopping.abort();
    return { rows: 1 };
  });
  expect(outcome).toEqual({ kind: 'done', result: { rows: 1 } });
});

test('a try that took too long fails with the limit as its reason, not with what the handler threw then', async () => {
  const transient = new EtlError('MYSQL_UNAVAILABLE', 'interrupted');
  const outcome = await delivered().run(
    runs.database,
    async (_data, { signal }) => {
      await aborted(signal);
      throw transient;
    },
    { timeoutMs: 30 },
  );
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'STEP_TIMEOUT', cause: transient } });
  expect(await runs.find(run)).toMatchObject({ state: 'failed', findings: { error: { code: 'STEP_TIMEOUT', stage: 'load' } } });
});

test('an outage of the ledger does not end a step, and the ledger is left alone once the step has ended', async () => {
  let isAway = true;
  let looks = 0;
  runs.database.on('acquire', () => {
    looks += 1;
  });
  const outcome = await delivered().run(runs.database, async (_data, { signal }) => {
    await runs.sql.query('RENAME TABLE etl_runs TO etl_runs_away');
    const before = looks;
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(before + 3), 10_000);
    isAway = !signal.aborted;
    await runs.sql.query('RENAME TABLE etl_runs_away TO etl_runs');
    return { rows: 1 };
  });
  expect(outcome).toEqual({ kind: 'done', result: { rows: 1 } });
  expect(isAway).toBe(true);
  // One look may be under way.
  await sleep(40);
  const after = looks;
  await sleep(200);
  expect(looks).toBe(after);
});
