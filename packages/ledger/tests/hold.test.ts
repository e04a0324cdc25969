import {
  advanceState,
  claimSlot,
  confirmRun,
  endRun,
  migrateLedger,
  type NewRun,
  nextQueuedRun,
  readHold,
  readPublished,
  recordPublication,
  recordRun,
  releaseHold,
  type Run,
  setHold,
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

const asked = (params: NewRun['params'] = {}): NewRun => ({ params, triggerKind: 'api', triggeredBy: 'anna' });

/** A run that reads the sources and is published. */
async function publishedRun(): Promise<Run> {
  const { run } = await recordRun(ledger.database, asked());
  await publish(run);
  return run;
}

async function publish(run: Run, findings: Parameters<typeof confirmRun>[2] = {}): Promise<void> {
  expect(await claimSlot(ledger.database, run.runId, 1)).toBe('claimed');
  await advanceState(ledger.database, run.runId, 1, 'loading');
  await withTransaction(ledger.database, 'publishing', async (connection) => {
    expect(await takeFence(connection, run.runId)).toEqual({ seq: run.seq, hold: null });
    await confirmRun(connection, { runId: run.runId, epoch: 1 }, findings);
    await endRun(connection, run, 'published', {});
  });
}

/** The hold that the fence tells this run of; nothing is published. */
async function holdAtFence(run: Run): Promise<unknown> {
  let hold: unknown;
  await withTransaction(ledger.database, 'publishing', async (connection) => {
    ({ hold } = await takeFence(connection, run.runId));
    throw new Error('rolled back');
  }).catch(() => undefined);
  return hold;
}

test('a hold is set once, told with who and when, and released', async () => {
  expect(await readHold(ledger.database)).toBeNull();
  expect(await releaseHold(ledger.database)).toBe(false);
  expect(await setHold(ledger.database, 'anna')).toBe(true);
  const hold = await readHold(ledger.database);
  expect(hold).toEqual({ by: 'anna', at: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(await setHold(ledger.database, 'ben')).toBe(false);
  expect(await readHold(ledger.database)).toEqual(hold);
  expect(await releaseHold(ledger.database)).toBe(true);
  expect(await readHold(ledger.database)).toBeNull();
});

test('the fence tells a run that reads the sources of the hold, and lets one pass that publishes again', async () => {
  const first = await publishedRun();
  await setHold(ledger.database, 'anna');
  const { run } = await recordRun(ledger.database, asked());
  expect(await holdAtFence(run)).toEqual(await readHold(ledger.database));
  const { run: again } = await recordRun(ledger.database, asked({ publish: first.runId }));
  expect(await holdAtFence(again)).toBeNull();
  expect(await readPublished(ledger.database)).toMatchObject({ seq: first.seq });
});

test('publishing an older version again holds publications, from the moment on that the run is recorded, unless it is a dry run', async () => {
  const first = await publishedRun();
  const second = await publishedRun();
  const dry = await recordPublication(ledger.database, asked({ publish: first.runId, dryRun: true }), first.seq);
  expect(dry).toMatchObject({ created: true, held: false });
  expect(await recordPublication(ledger.database, asked({ publish: second.runId }), second.seq)).toMatchObject({ held: false });
  expect(await readHold(ledger.database)).toBeNull();

  const keyed = { ...asked({ publish: first.runId }), idempotencyKey: 'api:1' };
  const recorded = await recordPublication(ledger.database, keyed, first.seq);
  expect(recorded).toMatchObject({ created: true, held: true, run: { params: { publish: first.runId }, state: 'queued' } });
  expect(await readHold(ledger.database)).toMatchObject({ by: 'anna' });

  // The same key asks for nothing new, so a hold that was released meanwhile stays so.
  await releaseHold(ledger.database);
  expect(await recordPublication(ledger.database, keyed, first.seq)).toMatchObject({ created: false, held: false });
  expect(await readHold(ledger.database)).toBeNull();
  const other = recordPublication(ledger.database, { ...keyed, params: { publish: second.runId } }, second.seq);
  await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
});

test('how old a version is goes by the run that read its sources, not by who published it last', async () => {
  const first = await publishedRun();
  const second = await publishedRun();
  const { run: again } = await recordRun(ledger.database, asked({ publish: first.runId }));
  await publish(again, { madeBy: { id: first.runId, seq: first.seq } });
  // What is shown is the first one's: the second is newer, the first is not older.
  expect(await recordPublication(ledger.database, asked({ publish: second.runId }), second.seq)).toMatchObject({ held: false });
  expect(await recordPublication(ledger.database, asked({ publish: first.runId }), first.seq)).toMatchObject({ held: false });
});

test('what a person publishes again has the slot before all that wait, and still only once it is free', async () => {
  const first = await publishedRun();
  const working = (await recordRun(ledger.database, asked())).run;
  expect(await claimSlot(ledger.database, working.runId, 1)).toBe('claimed');
  const waiting = (await recordRun(ledger.database, asked())).run;
  const { run: again } = await recordPublication(ledger.database, asked({ publish: first.runId }), first.seq);
  expect(await nextQueuedRun(ledger.database)).toMatchObject({ runId: again.runId });
  expect(await claimSlot(ledger.database, again.runId, 1)).toBe('waiting');
  await withTransaction(ledger.database, 'ending', (connection) => endRun(connection, working, 'failed', {}));
  expect(await claimSlot(ledger.database, again.runId, 1)).toBe('claimed');
  expect(await nextQueuedRun(ledger.database)).toMatchObject({ runId: waiting.runId });
});

test('a version that became older while it waited holds publications with its own, and not if it fails', async () => {
  const first = await publishedRun();
  const { run: again, held } = await recordPublication(ledger.database, asked({ publish: first.runId }), first.seq);
  expect(held).toBe(false);
  const newer = (await recordRun(ledger.database, asked())).run;
  await withTransaction(ledger.database, 'publishing', async (connection) => {
    // As if it had had the slot before.
    await connection.query('UPDATE etl_published SET seq = ?, run_id = ?', [newer.seq, newer.runId]);
    await connection.query('UPDATE etl_runs SET seq = 1000 WHERE run_id = ?', [again.runId]);
    await connection.query("UPDATE etl_runs SET report = JSON_SET(report, '$.madeBy', JSON_OBJECT('id', ?, 'seq', ?)) WHERE run_id = ?", [
      first.runId,
      first.seq,
      again.runId,
    ]);
  });
  expect(await holdAtFence(again)).toBeNull();
  expect(await readHold(ledger.database)).toBeNull();
  await withTransaction(ledger.database, 'publishing', (connection) => takeFence(connection, again.runId));
  expect(await readHold(ledger.database)).toMatchObject({ by: 'anna' });
});
