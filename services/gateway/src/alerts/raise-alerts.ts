import { EtlError } from '@retail-etl/contracts';
import {
  addAlert,
  type AlertChannel,
  hasScheduledRunFor,
  keyOfRunAlert,
  listSchedules,
  readDatabaseTime,
  type Run,
  runsWithoutAlert,
  type RunWatch,
  type ScheduleRow,
  watchedSince,
} from '@retail-etl/ledger';
import { previousTime } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';
import type { AlertMessage } from './alert-message.js';
import { failedMessage, missedMessage, rejectsMessage, setAsideMessage } from './alert-messages.js';
import { rejectsWatch } from './watches.js';

/** A scheduled run may come this late before it is missed; a gateway that starts makes a run that is due well within it. */
const MISSED_GRACE_MS = 10 * 60_000;
/** What is older was missed under other eyes: no alert about a time long ago. */
const MISSED_AGE_MAX_MS = 2 * 86_400_000;

type RaiseDeps = Pick<GatewayDeps, 'config' | 'database' | 'log'> & {
  readonly channels: readonly AlertChannel[];
  /** In ms since 1970. Default: the time by MySQL's clock, so that a gateway whose own is wrong neither raises false alarms nor misses any. */
  readonly now?: () => number;
};

/** Records alerts about runs that ended since. Any number of gateways may do it: what is recorded already stays as it is. */
export async function raiseRunAlerts(deps: RaiseDeps): Promise<void> {
  const { channels, config } = deps;
  const { basePath, warnRejectRatio } = config;
  for (const channel of channels) {
    await raiseFor({ kind: 'failed', channel }, deps, (run) => failedMessage(run, basePath));
    await raiseFor({ kind: 'set_aside', channel }, deps, (run) => setAsideMessage(run, basePath));
    if (warnRejectRatio === undefined) continue;
    await raiseFor(rejectsWatch(channel, warnRejectRatio), deps, (run) => {
      const ratio = worstRatio(run);
      return ratio > warnRejectRatio ? rejectsMessage(run, ratio, warnRejectRatio, basePath) : null;
    });
  }
}

/** Null: this run is not worth an alert. */
async function raiseFor(watch: RunWatch, { database }: RaiseDeps, messageOf: (run: Run) => AlertMessage | null): Promise<void> {
  const { kind, channel } = watch;
  for (const run of await runsWithoutAlert(database, watch)) {
    // What a version holds was told of when its sources were read.
    const body = kind !== 'failed' && run.findings.madeBy !== undefined ? null : messageOf(run);
    if (body !== null) await addAlert(database, { key: keyOfRunAlert(kind, run), kind, channel, runId: run.runId, body });
  }
}

/** As MAX_REJECT_RATIO: rejected of read, for each source with all its files together; the worst of them. */
function worstRatio(run: Run): number {
  const read = new Map<string, number>();
  const rejected = new Map<string, number>();
  for (const book of run.findings.sources) {
    read.set(book.source, (read.get(book.source) ?? 0) + book.rowsRead);
    rejected.set(book.source, (rejected.get(book.source) ?? 0) + book.rowsRejected);
  }
  return Math.max(0, ...[...read].filter(([, rows]) => rows > 0).map(([source, rows]) => (rejected.get(source) ?? 0) / rows));
}

/**
 * The dead man's switch: records an alert for each schedule whose latest time passed without a run, and logs it. Without any channel the
 * log is all there is; `warned` keeps, between calls, the time of each schedule that this process has warned about.
 */
export async function raiseMissedAlerts(deps: RaiseDeps, warned: Map<string, number> = new Map()): Promise<void> {
  const now = deps.now?.() ?? (await readDatabaseTime(deps.database)).getTime();
  const schedules = await listSchedules(deps.database);
  const ids = new Set(schedules.map(({ id }) => id));
  for (const id of warned.keys()) if (!ids.has(id)) warned.delete(id);
  const failures: unknown[] = [];
  for (const schedule of schedules.filter(({ paused }) => !paused)) {
    try {
      await raiseIfMissed(schedule, deps, now, warned);
    } catch (error) {
      // Whatever is wrong with one schedule, the others are looked at. A server that is away, though, is away for all of them.
      if (error instanceof EtlError && error.transient) throw error;
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function raiseIfMissed(schedule: ScheduleRow, deps: RaiseDeps, now: number, warned: Map<string, number>): Promise<void> {
  const expected = previousTime(schedule.cron, schedule.tz, new Date(now - MISSED_GRACE_MS));
  // One that cannot be read has no times. Its keeper says so in the log.
  if (expected === undefined || now - expected.getTime() > MISSED_AGE_MAX_MS || expected < schedule.updatedAt) return;
  if (await hasScheduledRunFor(deps.database, schedule.id, expected)) return;
  const line = { schedule: schedule.id, expectedAt: expected.toISOString() };
  let isNew = false;
  for (const channel of deps.channels) {
    const since = await watchedSince(deps.database, { kind: 'missed', channel });
    if (since !== undefined && expected < since) continue;
    const key = `missed:${schedule.id}:${expected.getTime()}`;
    const body = missedMessage(schedule, expected);
    isNew = (await addAlert(deps.database, { key, kind: 'missed', channel, runId: null, body })) || isNew;
  }
  if (isNew) deps.log.error(line, 'a scheduled run did not happen');
  if (deps.channels.length > 0 || warned.get(schedule.id) === expected.getTime()) return;
  warned.set(schedule.id, expected.getTime());
  deps.log.warn(line, 'a scheduled run did not happen, and no channel for alerts is configured');
}
