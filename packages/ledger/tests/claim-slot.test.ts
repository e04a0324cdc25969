import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { cancelRun, claimSlot, failRun } from '../src/run-state.js';
import { ENDED, ERROR, LedgerRuns } from './ledger-runs.js';

let runs: LedgerRuns;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(() => runs.empty());
afterAll(() => runs.drop());

const LONG_AGO = '2001-02-03 04:05:06.789';

test('a queued run gets the free slot and starts', async () => {
  const run = await runs.add();
  const other = await runs.add();
  expect(run.startedAt).toBeNull();
  expect(await claimSlot(runs.database, run.runId, 1)).toBe('claimed');
  expect(await runs.slot()).toBe(run.seq);
  const started = await runs.find(run);
  expect(started).toMatchObject({ state: 'extracting', epoch: 1, finishedAt: null });
  expect(Math.abs((started.startedAt?.getTime() ?? 0) - run.createdAt.getTime())).toBeLessThan(60_000);
  expect(await runs.find(other)).toEqual(other);
});

test('a retried run keeps the time at which it started first', async () => {
  const run = await runs.add({ epoch: 2, started_at: LONG_AGO });
  expect(await claimSlot(runs.database, run.runId, 2)).toBe('claimed');
  expect((await runs.find(run)).startedAt?.toISOString()).toBe('2001-02-03T04:05:06.789Z');
});

test.each(['extracting', 'transforming', 'loading'] as const)(
  'a repeated delivery of a run that is %s gets the slot again',
  async (state) => {
    const run = await runs.addHolder({ state, started_at: LONG_AGO });
    expect(await claimSlot(runs.database, run.runId, 1)).toBe('claimed');
    expect(await runs.slot()).toBe(run.seq);
    expect(await runs.find(run)).toEqual(run);
  },
);

test('a run waits while another holds the slot, and gets it once that has ended', async () => {
  const first = await runs.addHolder();
  const second = await runs.add();
  expect(await claimSlot(runs.database, second.runId, 1)).toBe('waiting');
  expect(await runs.slot()).toBe(first.seq);
  expect(await runs.find(second)).toEqual(second);
  expect(await failRun(runs.database, first.runId, 1, ERROR)).toBe(true);
  expect(await claimSlot(runs.database, second.runId, 1)).toBe('claimed');
  expect(await runs.slot()).toBe(second.seq);
});

test('the oldest queued run goes first; one that is queued no more holds nobody back', async () => {
  const [first, second, third] = [await runs.add(), await runs.add(), await runs.add()];
  for (const { runId } of [second, third]) expect(await claimSlot(runs.database, runId, 1)).toBe('waiting');
  expect(await runs.slot()).toBeNull();
  expect(await runs.find(second)).toEqual(second);
  await cancelRun(runs.database, first.runId);
  expect(await claimSlot(runs.database, third.runId, 1)).toBe('waiting');
  expect(await claimSlot(runs.database, second.runId, 1)).toBe('claimed');
});

test.each(ENDED)('there is nothing to claim for a run that is %s', async (state) => {
  const run = await runs.add({ state });
  expect(await claimSlot(runs.database, run.runId, 1)).toBe('over');
  expect(await runs.slot()).toBeNull();
  expect(await runs.find(run)).toEqual(run);
});

test.each([1, 3])('nor for epoch %i of a run that goes on under 2, whether it is queued or holds the slot', async (epoch) => {
  const queued = await runs.add({ epoch: 2 });
  expect(await claimSlot(runs.database, queued.runId, epoch)).toBe('over');
  expect(await runs.slot()).toBeNull();
  expect(await runs.find(queued)).toEqual(queued);
  const holder = await runs.addHolder({ state: 'loading', epoch: 2 });
  expect(await claimSlot(runs.database, holder.runId, epoch)).toBe('over');
});

test('nor for a run that is unknown, or works without the slot', async () => {
  expect(await claimSlot(runs.database, '20260101T000000-abcdef', 1)).toBe('over');
  const lost = await runs.add({ state: 'extracting' });
  expect(await claimSlot(runs.database, lost.runId, 1)).toBe('over');
  expect(await runs.slot()).toBeNull();
  const holder = await runs.addHolder();
  expect(await claimSlot(runs.database, lost.runId, 1)).toBe('over');
  expect(await runs.slot()).toBe(holder.seq);
});

test('of two runs that ask at once the older gets the slot, and of two deliveries of it both', async () => {
  const [older, newer] = [await runs.add(), await runs.add()];
  await runs.sql.query('START TRANSACTION');
  await runs.sql.query('SELECT seq FROM etl_slot FOR UPDATE');
  const answers = [newer, older, older].map(async ({ runId }) => claimSlot(runs.database, runId, 1));
  // All three wait for the row of the slot before it is let go.
  await vi.waitFor(async () => {
    const [waiting] = await runs.sql.query(
      "SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE 'SELECT seq FROM etl_slot WHERE%'",
    );
    expect(waiting).toHaveLength(3);
  }, 10_000);
  await runs.sql.query('COMMIT');
  expect(await Promise.all(answers)).toEqual(['waiting', 'claimed', 'claimed']);
  expect(await runs.slot()).toBe(older.seq);
  expect(await runs.find(newer)).toMatchObject({ state: 'queued', startedAt: null });
});

test('a ledger without the row of the slot is named, and the run stays queued', async () => {
  const run = await runs.add();
  await runs.sql.query('DELETE FROM etl_slot');
  await expect(claimSlot(runs.database, run.runId, 1)).rejects.toMatchObject({
    code: 'MYSQL_REFUSED',
    message: expect.stringContaining('etl_slot') as string,
  });
  expect(await runs.find(run)).toEqual(run);
});
