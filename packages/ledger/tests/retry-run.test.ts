import type { RunState } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';
import { EMPTY_FINDINGS } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { failRun, QUEUED_RUNS_MAX, retryRun } from '../src/run-state.js';
import { ENDED, ERROR, LedgerRuns, UNFINISHED } from './ledger-runs.js';

let runs: LedgerRuns;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(() => runs.empty());
afterAll(() => runs.drop());

/** A run that has worked and failed. */
async function failedRun(): Promise<Run> {
  const run = await runs.addHolder({ state: 'loading', started_at: '2001-02-03 04:05:06' });
  await failRun(runs.database, run.runId, 1, ERROR, { alerts: ['late'] });
  return runs.find(run);
}

/** So many runs wait. */
async function fillQueue(count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => [`waiting-${index}`, 'queued', 1, 'api', 'ada', '{}', '{}', new Date()]);
  await runs.sql.query('INSERT INTO etl_runs (run_id, state, epoch, trigger_kind, triggered_by, params, report, created_at) VALUES ?', [
    rows,
  ]);
}

test('a failed run is queued again under the next epoch, and only its error and its end are forgotten', async () => {
  const run = await failedRun();
  const other = await failedRun();
  expect(run).toMatchObject({ state: 'failed', epoch: 1, findings: { error: ERROR } });
  const queued = await retryRun(runs.database, run.runId);
  expect(queued).toEqual({ ...run, state: 'queued', epoch: 2, finishedAt: null, findings: { ...EMPTY_FINDINGS, alerts: ['late'] } });
  expect(queued?.startedAt?.toISOString()).toBe('2001-02-03T04:05:06.000Z');
  expect(await runs.find(run)).toEqual(queued);
  expect(await runs.find(other)).toEqual(other);
  expect(await runs.slot()).toBeNull();
});

test('of two who retry a run at once, one is refused', async () => {
  const run = await failedRun();
  await runs.sql.query('START TRANSACTION');
  await runs.sql.query('SELECT 1 FROM etl_runs WHERE seq = ? FOR UPDATE', [run.seq]);
  const asked = Promise.allSettled([1, 2].map(async () => retryRun(runs.database, run.runId)));
  // Both wait for the row of the run before it is let go.
  await vi.waitFor(async () => {
    const [waiting] = await runs.sql.query(
      "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%FOR UPDATE'",
    );
    expect(waiting).toHaveLength(2);
  }, 10_000);
  await runs.sql.query('COMMIT');
  const answers = await asked;
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'RUN_STATE' } });
  expect(await runs.find(run)).toMatchObject({ state: 'queued', epoch: 2 });
});

test('an unknown run is undefined', async () => {
  await failedRun();
  expect(await retryRun(runs.database, 'nobody')).toBeUndefined();
});

const OTHER_STATES: readonly RunState[] = [...UNFINISHED, ...ENDED].filter((state) => state !== 'failed');

test.each(OTHER_STATES)('a run that is %s cannot be retried', async (state) => {
  const run = await runs.add({ state });
  await expect(retryRun(runs.database, run.runId)).rejects.toMatchObject({
    code: 'RUN_STATE',
    message: `run ${run.runId} cannot be retried: it is ${state}`,
  });
  expect(await runs.find(run)).toEqual(run);
});

test('nor can one after which a newer one was published; its own publication and older ones do not matter', async () => {
  const run = await failedRun();
  await runs.publish(run.seq + 1);
  await expect(retryRun(runs.database, run.runId)).rejects.toMatchObject({
    code: 'RUN_STATE',
    message: `run ${run.runId} cannot be retried: a newer run has been published since; start a new run`,
  });
  expect(await runs.find(run)).toEqual(run);

  await runs.publish(run.seq);
  expect(await retryRun(runs.database, run.runId)).toMatchObject({ state: 'queued', epoch: 2 });
  const next = await failedRun();
  await runs.publish(next.seq - 1);
  expect(await retryRun(runs.database, next.runId)).toMatchObject({ state: 'queued', epoch: 2 });
});

test('at most a hundred runs wait, and those in other states do not count', async () => {
  const [run, refused] = [await failedRun(), await failedRun()];
  await fillQueue(99);
  for (const state of ['extracting', 'published'] as const) await runs.add({ state });
  expect(QUEUED_RUNS_MAX).toBe(100);
  expect(await retryRun(runs.database, run.runId)).toMatchObject({ state: 'queued', epoch: 2 });

  await expect(retryRun(runs.database, refused.runId)).rejects.toMatchObject({
    code: 'QUEUE_FULL',
    message: '100 runs wait already, and no more may',
  });
  expect(await runs.find(refused)).toEqual(refused);
});

/** A run that has failed because a file was no longer as it was planned. */
async function changedRun(): Promise<Run> {
  const run = await runs.addHolder({ state: 'extracting' });
  await failRun(runs.database, run.runId, 1, { ...ERROR, code: 'FILE_CHANGED' });
  return runs.find(run);
}

test('a run of which a file has changed is retried only once its plan is gone, or if nobody knows of one', async () => {
  const planned = await changedRun();
  await expect(retryRun(runs.database, planned.runId, () => Promise.resolve(true))).rejects.toMatchObject({
    code: 'RUN_STATE',
    message: expect.stringContaining('one of them has changed') as string,
  });
  expect(await runs.find(planned)).toEqual(planned);
  expect(await retryRun(runs.database, planned.runId, () => Promise.resolve(false))).toMatchObject({ state: 'queued', epoch: 2 });
  expect(await retryRun(runs.database, (await changedRun()).runId)).toMatchObject({ state: 'queued', epoch: 2 });
});

test('a plan is looked for only if the rule asks for it', async () => {
  const looks = vi.fn<() => Promise<boolean>>(() => Promise.resolve(true));
  expect(await retryRun(runs.database, (await failedRun()).runId, looks)).toMatchObject({ state: 'queued' });
  expect(looks).not.toHaveBeenCalled();
});

test('a run is retried where no publication has ever been noted', async () => {
  await runs.sql.query('DELETE FROM etl_published');
  expect(await retryRun(runs.database, (await failedRun()).runId)).toMatchObject({ state: 'queued', epoch: 2 });
});
