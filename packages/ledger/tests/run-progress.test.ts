import type { RunState } from '@retail-etl/contracts';
import { withTransaction } from '@retail-etl/mysql';
import { EMPTY_FINDINGS } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addFindings, advanceState, readRunState, recordFindings } from '../src/run-state.js';
import { ENDED, LedgerRuns, UNFINISHED } from './ledger-runs.js';

let runs: LedgerRuns;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(() => runs.empty());
afterAll(() => runs.drop());

const CHANGES = { added: 1, changed: 2, removed: 3, unchanged: 4 };
const BOOKS = {
  source: 'online_sales' as const,
  file: null,
  rowsRead: 1,
  rowsAccepted: 1,
  rowsRejected: 0,
  rowsSkipped: 0,
  rejectsByReason: {},
  quantity: '1',
  amount: '1.000000',
};

/** From which state to which: never back, out of the queue only by the slot, and never out of an end. */
const MOVES: readonly (readonly [RunState, 'transforming' | 'loading', RunState])[] = [
  ['queued', 'transforming', 'queued'],
  ['extracting', 'transforming', 'transforming'],
  ['transforming', 'transforming', 'transforming'],
  ['loading', 'transforming', 'loading'],
  ['queued', 'loading', 'queued'],
  ['extracting', 'loading', 'loading'],
  ['transforming', 'loading', 'loading'],
  ['loading', 'loading', 'loading'],
  ...ENDED.flatMap((state) => [[state, 'transforming', state] as const, [state, 'loading', state] as const]),
];

describe('advanceState', () => {
  test.each(MOVES)('a run that is %s, when a step of %s works, is %s', async (state, to, expected) => {
    const run = await runs.add({ state });
    await advanceState(runs.database, run.runId, 1, to);
    expect(await runs.find(run)).toEqual({ ...run, state: expected });
  });

  test.each(['transforming', 'loading'] as const)('%s moves neither another epoch nor another run', async (to) => {
    const [run, other] = [await runs.add({ state: 'extracting', epoch: 2 }), await runs.add({ state: 'extracting', epoch: 2 })];
    for (const epoch of [1, 3]) await advanceState(runs.database, run.runId, epoch, to);
    expect(await runs.find(run)).toEqual(run);
    await advanceState(runs.database, run.runId, 2, to);
    expect((await runs.find(run)).state).toBe(to);
    expect(await runs.find(other)).toEqual(other);
  });
});

test('readRunState gives state and epoch of the run asked for, and undefined for one that is unknown', async () => {
  await runs.add();
  const run = await runs.add({ state: 'loading', epoch: 7 });
  expect(await readRunState(runs.database, run.runId)).toEqual({ state: 'loading', epoch: 7 });
  expect(await readRunState(runs.database, 'nobody')).toBeUndefined();
});

describe('recordFindings', () => {
  test.each(UNFINISHED)('adds to what is known of a run that is %s, and replaces only what it names', async (state) => {
    const [run, other] = [await runs.add({ state }), await runs.add({ state })];
    await recordFindings(runs.database, run.runId, 1, { sources: [BOOKS], alerts: ['a'] });
    await recordFindings(runs.database, run.runId, 1, { changes: CHANGES, alerts: ['b'] });
    expect(await runs.find(run)).toEqual({ ...run, findings: { ...EMPTY_FINDINGS, sources: [BOOKS], changes: CHANGES, alerts: ['b'] } });
    expect(await runs.find(other)).toEqual(other);
  });

  test.each(ENDED)('does nothing for a run that is %s', async (state) => {
    const run = await runs.add({ state });
    await recordFindings(runs.database, run.runId, 1, { changes: CHANGES });
    expect(await runs.find(run)).toEqual(run);
  });

  test('does nothing for another epoch, nor for a run that is unknown', async () => {
    const run = await runs.add({ state: 'loading', epoch: 2 });
    for (const epoch of [1, 3]) await recordFindings(runs.database, run.runId, epoch, { changes: CHANGES });
    await recordFindings(runs.database, 'nobody', 2, { changes: CHANGES });
    expect(await runs.find(run)).toEqual(run);
  });
});

test('addFindings names a run that is not in the ledger, and leaves its transaction to the caller', async () => {
  const unknown = withTransaction(runs.database, 'writing', (connection) => addFindings(connection, 'nobody', { changes: CHANGES }));
  await expect(unknown).rejects.toMatchObject({ code: 'INTERNAL', message: 'run nobody is not in the ledger' });
  const run = await runs.add({ state: 'loading' });
  const undone = withTransaction(runs.database, 'writing', async (connection) => {
    await addFindings(connection, run.runId, { changes: CHANGES });
    throw new Error('the caller changes its mind');
  });
  await expect(undone).rejects.toThrow('changes its mind');
  expect(await runs.find(run)).toEqual(run);
});
