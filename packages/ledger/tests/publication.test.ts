import {
  migrateLedger,
  advanceState,
  cancelRun,
  claimSlot,
  confirmRun,
  endPreview,
  failRun,
  finishPublication,
  findRun,
  hasPublished,
  readPublished,
  recordRun,
  retryRun,
  type Run,
  takeFence,
} from '@retail-etl/ledger';
import { withTransaction } from '@retail-etl/mysql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLedgerDatabase, type LedgerDatabase } from './ledger-database.js';

let ledger: LedgerDatabase;
beforeEach(async () => {
  ledger = await createLedgerDatabase();
  await migrateLedger(ledger.database);
});
afterEach(() => ledger.drop());

/** A run that holds the slot and is loading. */
async function loadingRun(): Promise<Run> {
  const { run } = await recordRun(ledger.database, { params: {}, triggerKind: 'api', triggeredBy: 'api' });
  expect(await claimSlot(ledger.database, run.runId, 1)).toBe('claimed');
  await advanceState(ledger.database, run.runId, 1, 'loading');
  return run;
}

const commit = (run: Run): Promise<void> =>
  withTransaction(ledger.database, 'publishing', async (connection) => {
    expect(await takeFence(connection, run.runId)).toEqual({ seq: run.seq, hold: null });
    await confirmRun(connection, { runId: run.runId, epoch: 1 }, { changes: { added: 1, changed: 0, removed: 0, unchanged: 0 } });
  });

/** Which of the ledger's rows another session holds. */
async function lockedRows(run: Run): Promise<string[]> {
  const found: string[] = [];
  for (const [table, row] of [
    ['etl_published', 'id = 1'],
    ['etl_slot', 'id = 1'],
    ['etl_runs', `seq = ${run.seq}`],
  ] as const) {
    await ledger.sql.query('START TRANSACTION');
    await ledger.sql.query(`SELECT 1 FROM ${table} WHERE ${row} FOR UPDATE NOWAIT`).catch(() => found.push(table));
    await ledger.sql.query('ROLLBACK');
  }
  return found;
}

test('a publication locks the fence first and the run last, and is there with its COMMIT', async () => {
  const run = await loadingRun();
  await withTransaction(ledger.database, 'publishing', async (connection) => {
    expect(await lockedRows(run)).toEqual([]);
    expect(await takeFence(connection, run.runId)).toEqual({ seq: run.seq, hold: null });
    expect(await lockedRows(run)).toEqual(['etl_published']);
    await confirmRun(connection, { runId: run.runId, epoch: 1 }, { changes: { added: 1, changed: 0, removed: 0, unchanged: 0 } });
    expect(await lockedRows(run)).toEqual(['etl_published', 'etl_runs']);
    expect(await readPublished(ledger.database)).toMatchObject({ seq: 0 });
  });
  expect(await readPublished(ledger.database)).toMatchObject({ seq: run.seq, runId: run.runId });
  expect(await hasPublished(ledger.database, run.seq)).toBe(true);
  expect(await hasPublished(ledger.database, run.seq + 1)).toBe(false);
  const committed = await findRun(ledger.database, run.runId);
  expect(committed).toMatchObject({ state: 'loading', findings: { changes: { added: 1 } } });
  expect(committed?.committedAt).not.toBeNull();
  await expect(cancelRun(ledger.database, run.runId)).rejects.toMatchObject({ code: 'RUN_STATE' });
});

test('the fence lets nobody publish what is older, twice, or unknown', async () => {
  const older = await loadingRun();
  await failRun(ledger.database, older.runId, 1, { code: 'STEP_FAILED', message: '', remedy: '', stage: 'load' });
  const newer = await loadingRun();
  await commit(newer);
  for (const runId of [older.runId, newer.runId]) {
    const late = withTransaction(ledger.database, 'publishing', (connection) => takeFence(connection, runId));
    await expect(late).rejects.toMatchObject({ code: 'SUPERSEDED' });
  }
  const unknown = withTransaction(ledger.database, 'publishing', (connection) => takeFence(connection, 'nobody'));
  await expect(unknown).rejects.toMatchObject({ code: 'INTERNAL' });
  expect(await readPublished(ledger.database)).toMatchObject({ seq: newer.seq });
});

test('hasPublished waits for a transaction that holds the fence', async () => {
  const run = await loadingRun();
  let asked: Promise<boolean> | undefined;
  await withTransaction(ledger.database, 'publishing', async (connection) => {
    await takeFence(connection, run.runId);
    asked = hasPublished(ledger.database, run.seq);
    expect(await Promise.race([asked, lockedRows(run).then(() => 'waits')])).toBe('waits');
  });
  expect(await asked).toBe(true);
});

test('a run that ended, or goes on under a later epoch, is not confirmed, and nothing of it stays', async () => {
  const run = await loadingRun();
  await cancelRun(ledger.database, run.runId);
  await expect(commit(run)).rejects.toMatchObject({ code: 'RUN_STATE' });
  const second = await loadingRun();
  await failRun(ledger.database, second.runId, 1, { code: 'STEP_FAILED', message: '', remedy: '', stage: 'load' });
  await retryRun(ledger.database, second.runId);
  await expect(commit(second)).rejects.toMatchObject({ code: 'RUN_STATE' });
  expect(await readPublished(ledger.database)).toMatchObject({ seq: 0, runId: null });
});

test('the outputs are put in place while the fence is locked, and only then the run is published and the slot free', async () => {
  const run = await loadingRun();
  await commit(run);
  const broken = finishPublication(ledger.database, run, () => Promise.reject(new Error('the disk is full')));
  await expect(broken).rejects.toThrow('the disk is full');
  expect(await findRun(ledger.database, run.runId)).toMatchObject({ state: 'loading' });

  let locked: string[] = [];
  await finishPublication(ledger.database, run, async () => {
    locked = await lockedRows(run);
  });
  expect(locked).toEqual(['etl_published']);
  const published = await findRun(ledger.database, run.runId);
  expect(published).toMatchObject({ state: 'published' });
  expect(await ledger.rows('SELECT seq FROM etl_slot')).toEqual([{ seq: null }]);

  let again = 0;
  await finishPublication(ledger.database, run, async () => {
    again += 1;
  });
  expect(again).toBe(1);
  expect(await findRun(ledger.database, run.runId)).toEqual(published);
});

test('the outputs of a run that the target no longer shows are left alone', async () => {
  const first = await loadingRun();
  await commit(first);
  await failRun(ledger.database, first.runId, 1, { code: 'STEP_FAILED', message: '', remedy: '', stage: 'load' });
  await commit(await loadingRun());
  let worked = false;
  const late = finishPublication(ledger.database, first, async () => {
    worked = true;
  });
  await expect(late).rejects.toMatchObject({ code: 'SUPERSEDED' });
  expect(worked).toBe(false);
});

test('a dry run ends as previewed with its findings and frees the slot; another epoch changes nothing', async () => {
  const run = await loadingRun();
  const findings = { changes: { added: 0, changed: 2, removed: 0, unchanged: 0 } };
  await endPreview(ledger.database, { runId: run.runId, epoch: 2 }, findings);
  expect(await findRun(ledger.database, run.runId)).toMatchObject({ state: 'loading' });
  await endPreview(ledger.database, { runId: run.runId, epoch: 1 }, findings);
  const ended = await findRun(ledger.database, run.runId);
  expect(ended).toMatchObject({ state: 'previewed', findings, committedAt: null });
  expect(await ledger.rows('SELECT seq FROM etl_slot')).toEqual([{ seq: null }]);
  await endPreview(ledger.database, { runId: run.runId, epoch: 1 }, {});
  expect(await findRun(ledger.database, run.runId)).toEqual(ended);
  expect(await readPublished(ledger.database)).toMatchObject({ seq: 0 });
});
