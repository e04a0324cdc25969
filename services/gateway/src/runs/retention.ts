import { isTerminal, RUN_ID_PATTERN } from '@retail-etl/contracts';
import { purgeAlerts, purgeAudit, purgeRuns, readPublished, type Run, runsEndedBefore, selectRunsById } from '@retail-etl/ledger';
import { listRunFolders, removeRunResults, removeRunStaging } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';

/** Folders looked at in one go; more wait for the next time. */
const FOLDERS_MAX = 500;

/** Reports and the audit log are kept at least this long, whatever the retention of the runs' files. */
const HISTORY_DAYS_MIN = 400;
/** But of reports no more than these: a run every minute would fill the ledger's disk. Some 5 KB each. */
const REPORTS_MAX = 100_000;

const DAY_MS = 86_400_000;

type RetentionDeps = Pick<GatewayDeps, 'config' | 'database' | 'log'> & { readonly now?: () => number };

/** Removes staged files that no run can use again, and what has outlived its retention. */
export async function enforceRetention(deps: RetentionDeps): Promise<void> {
  await removeEndedStaging(deps);
  await removeOldRunFolders(deps);
  const now = (deps.now ?? Date.now)();
  const days = deps.config.runRetentionDays;
  await purgeAlerts(deps.database, new Date(now - days * DAY_MS));
  const historyBegins = new Date(now - Math.max(days, HISTORY_DAYS_MIN) * DAY_MS);
  await purgeAudit(deps.database, historyBegins);
  const purged = await purgeRuns(deps.database, historyBegins, REPORTS_MAX);
  if (purged > 0) deps.log.info({ runs: purged }, 'reports of old runs removed');
}

async function oldestFolders(dataDir: string, kind: 'staging' | 'runs'): Promise<string[]> {
  return (await listRunFolders(dataDir, kind)).sort().slice(0, FOLDERS_MAX);
}

/** More failed runs than these lose what they staged: else a schedule whose runs all fail would fill the volume. Their retry begins anew. */
const FAILED_STAGINGS_MAX = 3;

/** A failed run keeps what it staged for its retry, until a newer run is published or its retention is over. */
async function removeEndedStaging({ config, database, log, now = Date.now }: RetentionDeps): Promise<void> {
  const folders = await oldestFolders(config.dataDir, 'staging');
  const runs = await selectRunsById(database, folders);
  const publishedSeq = (await readPublished(database)).seq;
  const oldest = now() - config.runRetentionDays * DAY_MS;
  const failed = runs.filter(({ state }) => state === 'failed').sort((a, b) => b.seq - a.seq);
  const kept = new Set(failed.slice(0, FAILED_STAGINGS_MAX));
  const isUseless = (run: Run): boolean =>
    isTerminal(run.state) && (!kept.has(run) || run.seq < publishedSeq || (run.finishedAt?.getTime() ?? 0) < oldest);
  for (const run of runs.filter(isUseless)) {
    await removeRunStaging(config.dataDir, run.runId);
    log.info({ run: run.runId, state: run.state }, 'staging removed');
  }
  const known = new Set(runs.map(({ runId }) => runId));
  for (const runId of folders.filter((name) => !known.has(name) && isRunBefore(name, oldest))) {
    await removeRunStaging(config.dataDir, runId);
    log.warn({ run: runId }, 'staging removed of a run that is not in the ledger');
  }
}

/** True for the folder of a run that was made before `timeMs`: its name tells when. Anything else in the folder is not ours to remove. */
function isRunBefore(name: string, timeMs: number): boolean {
  if (!new RegExp(RUN_ID_PATTERN).test(name)) return false;
  const iso = name.replace(/^(....)(..)(..)T(..)(..)(..).*$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(iso) < timeMs;
}

/** The report in the ledger stays; rejects and summary of the run answer 410 from then on. */
async function removeOldRunFolders({ config, database, log, now = Date.now }: RetentionDeps): Promise<void> {
  const before = new Date(now() - config.runRetentionDays * DAY_MS);
  const folders = await oldestFolders(config.dataDir, 'runs');
  const known = new Set((await selectRunsById(database, folders)).map(({ runId }) => runId));
  const unknown = folders.filter((name) => !known.has(name) && isRunBefore(name, before.getTime()));
  for (const runId of [...(await runsEndedBefore(database, folders, before)), ...unknown]) {
    await removeRunResults(config.dataDir, runId);
    log.info({ run: runId, retentionDays: config.runRetentionDays }, 'run folder removed');
  }
}
