import { withTransaction } from '@retail-etl/mysql';
import { EMPTY_FINDINGS } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { cancelRun, claimSlot, endRun, failRun } from '../src/run-state.js';
import { ENDED, ERROR, LedgerRuns, UNFINISHED } from './ledger-runs.js';

let runs: LedgerRuns;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(() => runs.empty());
afterAll(() => runs.drop());

const CHANGES = { added: 1, changed: 2, removed: 3, unchanged: 4 };
const SUPERSEDED = { ...ERROR, code: 'SUPERSEDED' as const };

describe('failRun', () => {
  test.each(UNFINISHED)('ends a run that is %s, says why, and frees the slot', async (state) => {
    const run = await runs.addHolder({ state });
    expect(await failRun(runs.database, run.runId, 1, ERROR, { changes: CHANGES, error: null })).toBe(true);
    expect(await runs.find(run)).toEqual({
      ...run,
      state: 'failed',
      finishedAt: expect.any(Date) as Date,
      findings: { ...EMPTY_FINDINGS, changes: CHANGES, error: ERROR },
    });
    expect(await runs.slot()).toBeNull();
  });

  test.each(UNFINISHED)('of a run that is %s, SUPERSEDED makes a superseded one', async (state) => {
    const run = await runs.addHolder({ state });
    expect(await failRun(runs.database, run.runId, 1, SUPERSEDED)).toBe(true);
    expect(await runs.find(run)).toMatchObject({ state: 'superseded', findings: { error: SUPERSEDED, changes: null } });
    expect(await runs.slot()).toBeNull();
  });

  test.each(ENDED)('leaves a run alone that is %s', async (state) => {
    const run = await runs.add({ state, finished_at: '2001-02-03 04:05:06' });
    const holder = await runs.addHolder();
    expect(await failRun(runs.database, run.runId, 1, ERROR)).toBe(false);
    expect(await runs.find(run)).toEqual(run);
    expect(await runs.slot()).toBe(holder.seq);
  });

  test('leaves other epochs of a run alone, and says so of one that is unknown', async () => {
    const run = await runs.addHolder({ state: 'loading', epoch: 2 });
    for (const epoch of [1, 3]) expect(await failRun(runs.database, run.runId, epoch, ERROR)).toBe(false);
    expect(await failRun(runs.database, 'nobody', 2, ERROR)).toBe(false);
    expect(await runs.find(run)).toEqual(run);
    expect(await runs.slot()).toBe(run.seq);
  });

  test('of a waiting run does not take the slot from the one that works', async () => {
    const holder = await runs.addHolder();
    const waiting = await runs.add();
    expect(await failRun(runs.database, waiting.runId, 1, ERROR)).toBe(true);
    expect(await runs.slot()).toBe(holder.seq);
    expect(await runs.find(holder)).toEqual(holder);
  });

  test('counts once, whoever of two comes first', async () => {
    const run = await runs.addHolder();
    const answers = await Promise.all([1, 2].map(async () => failRun(runs.database, run.runId, 1, ERROR)));
    expect(answers.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, true]);
  });
});

describe('cancelRun', () => {
  test.each(UNFINISHED)('ends a run that is %s, keeps what is known of it, and frees the slot', async (state) => {
    const run = await runs.addHolder({ state });
    await runs.sql.query('UPDATE etl_runs SET report = JSON_SET(report, "$.alerts", JSON_ARRAY("late")) WHERE seq = ?', [run.seq]);
    const cancelled = await cancelRun(runs.database, run.runId);
    const findings = { ...EMPTY_FINDINGS, alerts: ['late'] };
    expect(cancelled).toEqual({ ...run, state: 'cancelled', finishedAt: expect.any(Date) as Date, findings });
    expect(await runs.find(run)).toEqual(cancelled);
    expect(await runs.slot()).toBeNull();
  });

  test('records who asked for it, a name of any length by its first 255 characters', async () => {
    const [run, anonymous] = [await runs.add(), await runs.add()];
    expect((await cancelRun(runs.database, run.runId, `ada${'x'.repeat(300)}`))?.findings).toEqual({
      ...EMPTY_FINDINGS,
      cancelledBy: `ada${'x'.repeat(252)}`,
    });
    expect((await cancelRun(runs.database, anonymous.runId))?.findings).not.toHaveProperty('cancelledBy');
  });

  test.each(ENDED)('is refused for a run that is %s', async (state) => {
    const run = await runs.add({ state, ...(state === 'published' ? { committed_at: '2001-02-03 04:05:06' } : {}) });
    await expect(cancelRun(runs.database, run.runId)).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `run ${run.runId} cannot be cancelled: it is ${state}`,
    });
    expect(await runs.find(run)).toEqual(run);
  });

  test('is refused once the summary is committed', async () => {
    const run = await runs.addHolder({ state: 'loading', committed_at: '2001-02-03 04:05:06' });
    await expect(cancelRun(runs.database, run.runId)).rejects.toMatchObject({
      code: 'RUN_STATE',
      message: `run ${run.runId} cannot be cancelled: its summary is already committed`,
    });
    expect(await runs.find(run)).toEqual(run);
    expect(await runs.slot()).toBe(run.seq);
  });

  test('of a waiting run leaves the one that works alone; an unknown one is undefined', async () => {
    const holder = await runs.addHolder();
    const waiting = await runs.add({ epoch: 3 });
    expect(await cancelRun(runs.database, waiting.runId)).toMatchObject({ state: 'cancelled', epoch: 3 });
    expect(await cancelRun(runs.database, 'nobody')).toBeUndefined();
    expect(await runs.find(holder)).toEqual(holder);
    expect(await runs.slot()).toBe(holder.seq);
  });
});

test('endRun records state, time and findings, and frees the slot only if the run holds it', async () => {
  const holder = await runs.addHolder({ state: 'loading' });
  const other = await runs.add({ state: 'loading' });
  await withTransaction(runs.database, 'ending', (connection) => endRun(connection, other, 'previewed', { changes: CHANGES }));
  expect(await runs.find(other)).toMatchObject({ state: 'previewed', findings: { changes: CHANGES } });
  expect((await runs.find(other)).finishedAt).not.toBeNull();
  expect(await runs.slot()).toBe(holder.seq);
  expect(await runs.find(holder)).toEqual(holder);
  await withTransaction(runs.database, 'ending', (connection) => endRun(connection, holder, 'published', {}));
  expect(await runs.slot()).toBeNull();
});

/** Locks in two orders would be a deadlock, which the server ends by making one of the two fail. */
test.each([
  ['failRun', async (runId: string): Promise<unknown> => failRun(runs.database, runId, 1, ERROR), true],
  [
    'cancelRun',
    async (runId: string): Promise<unknown> => cancelRun(runs.database, runId),
    expect.objectContaining({ state: 'cancelled' }),
  ],
  ['claimSlot', async (runId: string): Promise<unknown> => claimSlot(runs.database, runId, 1), 'claimed'],
] as const)('%s locks the slot first and the row of the run then', async (_name, act, expected) => {
  const run = await runs.addHolder();
  const rival = await runs.database.getConnection();
  try {
    await rival.query('START TRANSACTION');
    await rival.query('SELECT 1 FROM etl_runs WHERE seq = ? FOR UPDATE', [run.seq]);
    const answer = act(run.runId);
    await vi.waitFor(async () => expect(await runs.isSlotLocked()).toBe(true), 10_000);
    expect(await runs.find(run)).toEqual(run);
    await rival.query('COMMIT');
    expect(await answer).toEqual(expected);
  } finally {
    rival.destroy();
  }
});
