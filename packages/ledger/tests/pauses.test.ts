import { endPreview, listRuns, purgeRuns, type Run, toReport as report } from '@retail-etl/ledger';
import type { RunReport } from '@retail-etl/sales';
import type { StageReport } from '@retail-etl/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { cancelRun, claimSlot, failRun, retryRun } from '../src/run-state.js';
import { ERROR, LedgerRuns } from './ledger-runs.js';

let runs: LedgerRuns;
beforeAll(async () => {
  runs = await LedgerRuns.open();
});
beforeEach(async () => {
  await runs.empty();
  await runs.sql.query('DELETE FROM etl_pauses');
});
afterAll(() => runs.drop());

const toReport = (run: Run): RunReport => report(run, { publishedSeq: 0, hasPlan: false });

/** Sets what the ledger says of times, since a test cannot wait for minutes. */
async function setTimes(run: Run, times: Readonly<Record<string, string>>): Promise<void> {
  await runs.sql.query('UPDATE etl_runs SET ? WHERE seq = ?', [times, run.seq]);
}
const at = (time: string): string => `2026-03-02 ${time}`;

/** A run that failed and was retried twice, and works for the third time. Worked: 60 s and 5 s; waited: an hour and ten minutes. */
async function retriedTwice(): Promise<Run> {
  const run = await runs.add({ state: 'queued' });
  await claimSlot(runs.database, run.runId, 1);
  await failRun(runs.database, run.runId, 1, ERROR);
  await setTimes(run, { started_at: at('10:00:00'), finished_at: at('10:01:00') });
  await retryRun(runs.database, run.runId);
  await claimSlot(runs.database, run.runId, 2);
  await runs.sql.query('UPDATE etl_pauses SET ended_at = ? WHERE epoch = 1', [at('11:01:00')]);
  await failRun(runs.database, run.runId, 2, ERROR);
  await setTimes(run, { finished_at: at('11:01:05') });
  await retryRun(runs.database, run.runId);
  await claimSlot(runs.database, run.runId, 3);
  await runs.sql.query('UPDATE etl_pauses SET ended_at = ? WHERE epoch = 2', [at('11:11:05')]);
  return runs.find(run);
}

test('a run that was never retried has worked from its start to its end', async () => {
  const run = await runs.add({ state: 'published', started_at: at('10:00:00'), finished_at: at('10:00:07.250') });
  expect(toReport(run)).toMatchObject({ durationMs: 7_250, pausedMs: 0 });
});

test('the duration of a retried run is the time in which it worked', async () => {
  const run = await retriedTwice();
  expect(toReport(run)).toMatchObject({ state: 'extracting', durationMs: null, pausedMs: 4_200_000 });
  await failRun(runs.database, run.runId, 3, ERROR);
  await setTimes(run, { finished_at: at('11:11:25') });
  expect(toReport(await runs.find(run))).toMatchObject({ durationMs: 60_000 + 5_000 + 20_000, pausedMs: 4_200_000 });
  expect((await listRuns(runs.database, { limit: 5 })).map((each) => toReport(each).durationMs)).toEqual([85_000]);
});

test('so is that of a stage which a failure has interrupted', async () => {
  const run = await retriedTwice();
  const stage = (name: StageReport['name'], startedAt: string, finishedAt: string | null): StageReport => ({
    name,
    startedAt: `2026-03-02T${startedAt}.000Z`,
    finishedAt: finishedAt === null ? null : `2026-03-02T${finishedAt}.000Z`,
    jobs: 1,
  });
  const stages = [stage('extract', '10:00:02', '11:01:03'), stage('transform', '10:00:50', '11:11:15'), stage('load', '11:11:15', null)];
  await runs.sql.query("UPDATE etl_runs SET state = 'loading' WHERE seq = ?", [run.seq]);
  await endPreview(runs.database, { ...run, epoch: 3 }, { stages });
  const durations = toReport(await runs.find(run)).stages.map(({ durationMs }) => durationMs);
  // extract: 58 s before the first failure and 3 s after it; transform: 10 s, all of the second try, and 10 s of the third.
  expect(durations).toEqual([58_000 + 3_000, 10_000 + 5_000 + 10_000, null]);
});

test('a run that is cancelled while it waits for its retry has worked up to its failure', async () => {
  const run = await runs.add({ state: 'queued' });
  await claimSlot(runs.database, run.runId, 1);
  await failRun(runs.database, run.runId, 1, ERROR);
  await setTimes(run, { started_at: at('10:00:00'), finished_at: at('10:01:00') });
  expect(toReport((await retryRun(runs.database, run.runId)) as Run)).toMatchObject({ durationMs: null, pausedMs: 0 });
  await cancelRun(runs.database, run.runId);
  const cancelled = await runs.find(run);
  expect(toReport(cancelled).durationMs).toBe(60_000);
});

test('the pauses of a run that is forgotten go with it', async () => {
  const run = await retriedTwice();
  const kept = await retriedTwice();
  await setTimes(run, { state: 'failed', finished_at: at('11:12:00') });
  expect(await purgeRuns(runs.database, { days: 1, keptMax: 100, limit: 1 })).toBe(1);
  const [rows] = await runs.sql.query('SELECT DISTINCT seq FROM etl_pauses');
  expect(rows).toEqual([{ seq: kept.seq }]);
});
