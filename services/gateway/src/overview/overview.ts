import { isTerminal, type Overview, timeOfRunId } from '@retail-etl/contracts';
import {
  findRun,
  listRuns,
  listSchedules,
  readDatabaseTime,
  readPublished,
  type Run,
  runDurationMs,
  type ScheduleRow,
  unfinishedRuns,
} from '@retail-etl/ledger';
import { nextTime, previousTime, scheduledTick } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';

const RUNS_SHOWN = 30;

/** A scheduled run has this long until its result is expected. */
const FRESH_GRACE_MS = 15 * 60_000;

/** What a person wants to know first: what is published, whether it is fresh, how the last runs went, when the next one comes. By MySQL's clock. */
export async function readOverview({ database }: Pick<GatewayDeps, 'database'>): Promise<Overview> {
  const [now, published, runs, unfinished, schedules] = await Promise.all([
    readDatabaseTime(database),
    readPublished(database),
    listRuns(database, { limit: RUNS_SHOWN }),
    unfinishedRuns(database, 100),
    listSchedules(database),
  ]);
  const active = schedules.filter((schedule) => !schedule.paused);
  const publishedRun = published.runId === null ? undefined : await findRun(database, published.runId);
  // A version that was published again is as old as its reading of the sources.
  const { madeBy } = publishedRun?.findings ?? {};
  const readAt = madeBy === undefined ? published.at : timeOfRunId(madeBy.id);
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
    freshness: freshness(active, runs, readAt, now),
    next: nextRun(active, now),
    unfinished: unfinished.map((run) => ({ id: run.runId, seq: run.seq, state: run.state })),
    runs: runs.map(figures),
  };
}

/**
 * Published figures are fresh if they are newer than the latest scheduled time whose result is due: one that is over for FRESH_GRACE_MS, or
 * whose run has already ended, however it did. Of a schedule of dry runs no result is due.
 */
function freshness(schedules: readonly ScheduleRow[], runs: readonly Run[], publishedAt: Date | null, now: Date): Overview['freshness'] {
  const publishing = new Map(schedules.filter(({ params }) => params.dryRun !== true).map((schedule) => [schedule.id, schedule]));
  const over = [...publishing.values()].flatMap((schedule) => {
    const time = previousTime(schedule.cron, schedule.tz, new Date(now.getTime() - FRESH_GRACE_MS));
    // A time before the schedule was made or changed was never expected of it.
    return time !== undefined && time >= schedule.updatedAt ? [time.getTime()] : [];
  });
  const ended = runs.flatMap((run) => {
    const tick = run.triggerKind === 'schedule' && isTerminal(run.state) ? tickOf(run) : undefined;
    return tick !== undefined && run.params.dryRun !== true && publishing.has(tick.scheduleId) ? [tick.tickMs] : [];
  });
  const due = [...over, ...ended];
  if (due.length === 0) return { state: 'unknown', expectedAt: null };
  const expected = Math.max(...due);
  const state = publishedAt !== null && publishedAt.getTime() >= expected ? 'fresh' : 'stale';
  return { state, expectedAt: new Date(expected).toISOString() };
}

/** A scheduled run's key is that of its job. */
const tickOf = (run: Run): ReturnType<typeof scheduledTick> => scheduledTick((run.idempotencyKey ?? '').replace(/^runs:/, ''));

function nextRun(schedules: readonly ScheduleRow[], now: Date): Overview['next'] {
  const times = schedules.flatMap(({ id, cron, tz }) => {
    const at = nextTime(cron, tz, now);
    return at === undefined ? [] : [{ scheduleId: id, at }];
  });
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
    durationMs: runDurationMs(run),
    rowsRead: totals?.rowsRead ?? null,
    rowsRejected: totals?.rowsRejected ?? null,
    rejectRatio: totals === null || totals.rowsRead === 0 ? null : totals.rowsRejected / totals.rowsRead,
    amount: totals?.publishedAmount ?? null,
  };
}
