import type { Overview } from '@retail-etl/contracts';
import { findRun, listRuns, listSchedules, readPublished, type Run, type ScheduleRow, unfinishedRuns } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import { nextTimes, previousTime } from '../schedules/cron.js';

const RUNS_SHOWN = 30;

/** A scheduled run has this long until its result is expected. */
const FRESH_GRACE_MS = 15 * 60_000;

/** What a person wants to know first: what is published, whether it is fresh, how the last runs went, when the next one comes. */
export async function readOverview({ database }: Pick<GatewayDeps, 'database'>, now: Date = new Date()): Promise<Overview> {
  const [published, runs, unfinished, schedules] = await Promise.all([
    readPublished(database),
    listRuns(database, { limit: RUNS_SHOWN }),
    unfinishedRuns(database, 100),
    listSchedules(database),
  ]);
  const active = schedules.filter((schedule) => !schedule.paused);
  const publishedRun = published.runId === null ? undefined : await findRun(database, published.runId);
  const totals = publishedRun?.findings.totals;
  return {
    published:
      published.runId === null || published.at === null
        ? null
        : {
            id: published.runId,
            seq: published.seq,
            at: published.at.toISOString(),
            products: totals?.products ?? null,
            quantity: totals?.quantity ?? null,
            amount: totals?.publishedAmount ?? null,
          },
    freshness: freshness(active, published.at, now),
    next: nextRun(active, now),
    unfinished: unfinished.map((run) => ({ id: run.runId, seq: run.seq, state: run.state })),
    runs: runs.map(figures),
  };
}

function freshness(schedules: readonly ScheduleRow[], publishedAt: Date | null, now: Date): Overview['freshness'] {
  const due = new Date(now.getTime() - FRESH_GRACE_MS);
  // A time before the schedule was made or changed was never expected of it.
  const times = schedules.flatMap((schedule) => {
    const time = previousTime(schedule.cron, schedule.tz, due);
    return time >= schedule.updatedAt ? [time.getTime()] : [];
  });
  if (times.length === 0) return { state: 'unknown', expectedAt: null };
  const expected = Math.max(...times);
  const state = publishedAt !== null && publishedAt.getTime() >= expected ? 'fresh' : 'stale';
  return { state, expectedAt: new Date(expected).toISOString() };
}

function nextRun(schedules: readonly ScheduleRow[], now: Date): Overview['next'] {
  const times = schedules.flatMap((schedule) =>
    nextTimes(schedule.cron, schedule.tz, 1, now).map((at) => ({ scheduleId: schedule.id, at })),
  );
  const [first] = times.sort((left, right) => left.at.getTime() - right.at.getTime());
  return first === undefined ? null : { scheduleId: first.scheduleId, at: first.at.toISOString() };
}

function figures(run: Run): Overview['runs'][number] {
  const { totals } = run.findings;
  return {
    id: run.runId,
    seq: run.seq,
    state: run.state,
    trigger: run.triggerKind,
    createdAt: run.createdAt.toISOString(),
    durationMs: run.startedAt === null || run.finishedAt === null ? null : Math.max(0, run.finishedAt.getTime() - run.startedAt.getTime()),
    rowsRead: totals?.rowsRead ?? null,
    rowsRejected: totals?.rowsRejected ?? null,
    rejectRatio: totals === null || totals.rowsRead === 0 ? null : totals.rowsRejected / totals.rowsRead,
    amount: totals?.publishedAmount ?? null,
  };
}
