import { isTerminal, RUN_ID_PATTERN, timeOfRunId } from '@retail-etl/contracts';
import {
  clockDifferenceMs,
  findPublishedRun,
  purgeAlerts,
  purgeAudit,
  purgeRuns,
  readDatabaseTime,
  readHistorySize,
  readPublished,
  type Run,
  runsEndedBefore,
  selectRunsById,
  unfinishedRuns,
} from '@retail-etl/ledger';
import { listRunFolders, removeRunResults, removeRunStaging, sweepKept } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';
import { CLOCK_TOLERANCE_MS } from '../ops/watch-clock.js';
import { RemovalAllowance } from './removal-allowance.js';

/** Folders looked at in one go; more wait for the next time. */
const FOLDERS_MAX = 500;

/** What one pass removes by age, at most. A pass is made every half minute, so this keeps up with any number of runs that one slot can make. */
const PASS_SHARE = { runFolders: 5, runReports: 20, auditLines: 1_000, alerts: 100 } as const;

/** Reports and the audit log are kept at least this long, whatever the retention of the runs' files. */
const HISTORY_DAYS_MIN = 400;
/** But of reports no more than these: a run every minute would fill the ledger's disk. Some 5 KB each. */
const REPORTS_MAX = 100_000;

const DAY_MS = 86_400_000;

type RetentionDeps = Pick<GatewayDeps, 'config' | 'database' | 'log'> & {
  /** This process's clock, in ms since 1970. Default: Date.now. */
  readonly now?: () => number;
  /** A clock that nobody sets, in ms. Default: performance.now. */
  readonly elapsedMs?: () => number;
};

/**
 * A pass removes staged files that no run can use again, and what has outlived its retention. Ages are judged by MySQL's clock, which has
 * also written the times. While this process's clock says otherwise, one of the two is wrong, and nothing is removed by age. Both may be
 * wrong alike, so what people look back at goes no faster than a RemovalAllowance lets it.
 */
export function retention(deps: RetentionDeps): () => Promise<void> {
  const { config, database, log, elapsedMs = () => performance.now() } = deps;
  const allowance = (kept: () => Promise<number>): RemovalAllowance => new RemovalAllowance(kept, elapsedMs);
  const folders = allowance(async () => (await listRunFolders(config.dataDir, 'runs')).length);
  const alerts = allowance(async () => (await readHistorySize(database)).alerts);
  const auditLines = allowance(async () => (await readHistorySize(database)).auditLines);
  const reports = allowance(async () => (await readHistorySize(database)).runs);
  return async () => {
    await removeUselessStaging(deps);
    await removeUnusedPartitions(deps);
    if (Math.abs(await clockDifferenceMs(database, deps.now)) > CLOCK_TOLERANCE_MS) return;
    const days = config.runRetentionDays;
    await removeOldStaging(deps, days);
    await folders.use(PASS_SHARE.runFolders, (limit) => removeOldRunFolders(deps, days, limit));
    await alerts.use(PASS_SHARE.alerts, (limit) => purgeAlerts(database, days, limit));
    const historyDays = Math.max(days, HISTORY_DAYS_MIN);
    await auditLines.use(PASS_SHARE.auditLines, (limit) => purgeAudit(database, historyDays, limit));
    const purge = { days: historyDays, keptMax: REPORTS_MAX, limit: PASS_SHARE.runReports };
    const purged = await reports.use(PASS_SHARE.runReports, (most) => purgeRuns(database, { ...purge, most }));
    if (purged > 0) log.info({ runs: purged }, 'reports of old runs removed');
  };
}

async function oldestFolders(dataDir: string, kind: 'staging' | 'runs'): Promise<string[]> {
  return (await listRunFolders(dataDir, kind)).sort().slice(0, FOLDERS_MAX);
}

/** More failed runs than these lose what they staged: else a schedule whose runs all fail would fill the volume. Their retry begins anew. */
const FAILED_STAGINGS_MAX = 3;

/** A failed run keeps what it staged for its retry, until a newer run is published. No clock is asked. */
async function removeUselessStaging({ config, database, log }: RetentionDeps): Promise<void> {
  const runs = await selectRunsById(database, await oldestFolders(config.dataDir, 'staging'));
  const publishedSeq = (await readPublished(database)).seq;
  const failed = runs.filter(({ state }) => state === 'failed').sort((a, b) => b.seq - a.seq);
  const kept = new Set(failed.slice(0, FAILED_STAGINGS_MAX));
  const isUseless = (run: Run): boolean => isTerminal(run.state) && (!kept.has(run) || run.seq < publishedSeq);
  for (const run of runs.filter(isUseless)) {
    await removeRunStaging(config.dataDir, run.runId);
    log.info({ run: run.runId, state: run.state }, 'staging removed');
  }
}

/** What so many of the newest runs have used is kept for the next one: dry runs and windows come between those of each night. */
const KEPT_RUNS = 5;

/** What unchanged files have become in earlier runs is removed once no recent run has used it. No clock is asked. */
async function removeUnusedPartitions({ config, database, log }: RetentionDeps): Promise<void> {
  const published = await findPublishedRun(database);
  const runIds = published === undefined ? [] : [published.runId, published.findings.madeBy?.id ?? published.runId];
  const removed = await sweepKept(config.dataDir, { runs: KEPT_RUNS, runIds });
  if (removed > 0) log.info({ partitions: removed }, 'kept partitions removed');
}

async function removeOldStaging({ config, database, log }: RetentionDeps, days: number): Promise<void> {
  const folders = await oldestFolders(config.dataDir, 'staging');
  for (const { runId, why } of await oldRuns(database, folders, days, PASS_SHARE.runFolders)) {
    await removeRunStaging(config.dataDir, runId);
    log.warn({ run: runId, retentionDays: days }, `staging removed: ${why}`);
  }
}

/** The report in the ledger stays; rejects and summary of the run answer 410 from then on. */
async function removeOldRunFolders({ config, database, log }: RetentionDeps, days: number, limit: number): Promise<number> {
  // What is published can be looked at, and published again, however old it is; and what is about to be, must not go before.
  const [{ runId: publishedId }, waiting] = await Promise.all([readPublished(database), unfinishedRuns(database)]);
  const needed = new Set([publishedId, ...waiting.map(({ params }) => params.publish)]);
  const folders = (await oldestFolders(config.dataDir, 'runs')).filter((runId) => !needed.has(runId));
  const old = await oldRuns(database, folders, days, limit);
  for (const { runId, why } of old) {
    await removeRunResults(config.dataDir, runId);
    log.info({ run: runId, retentionDays: days }, `run folder removed: ${why}`);
  }
  return old.length;
}

/** Of these folders those whose runs ended, or, where the ledger does not know them, were made, longer ago than `days`; the first of them. */
async function oldRuns(
  database: GatewayDeps['database'],
  folders: readonly string[],
  days: number,
  limit: number,
): Promise<{ runId: string; why: string }[]> {
  const ended = await runsEndedBefore(database, folders, days);
  const known = new Set((await selectRunsById(database, folders)).map(({ runId }) => runId));
  const before = (await readDatabaseTime(database)).getTime() - days * DAY_MS;
  return folders
    .flatMap((runId) => {
      if (ended.has(runId)) return [{ runId, why: 'its retention is over' }];
      return !known.has(runId) && isRunBefore(runId, before) ? [{ runId, why: 'the ledger does not know this old run' }] : [];
    })
    .slice(0, limit);
}

/** True for the folder of a run that was made before `timeMs`: its name tells when. Anything else in the folder is not ours to remove. */
function isRunBefore(name: string, timeMs: number): boolean {
  if (!new RegExp(RUN_ID_PATTERN).test(name)) return false;
  return timeOfRunId(name).getTime() < timeMs;
}
