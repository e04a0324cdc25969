import { isTerminal } from '@retail-etl/contracts';
import { purgeAlerts, purgeAudit, readPublished, type Run, runsEndedBefore, selectRunsById } from '@retail-etl/ledger';
import { listRunFolders, removeRunResults, removeRunStaging } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';

/** Folders looked at in one go; more wait for the next time. */
const FOLDERS_MAX = 500;

/** The audit log is kept at least this long, whatever the runs' retention. */
const AUDIT_DAYS_MIN = 400;

const DAY_MS = 86_400_000;

type RetentionDeps = Pick<GatewayDeps, 'config' | 'database' | 'log'> & { readonly now?: () => number };

/** Removes staged files that no run can use again, and what has outlived its retention. */
export async function enforceRetention(deps: RetentionDeps): Promise<void> {
  await removeEndedStaging(deps);
  await removeOldRunFolders(deps);
  const now = (deps.now ?? Date.now)();
  const days = deps.config.runRetentionDays;
  await purgeAlerts(deps.database, new Date(now - days * DAY_MS));
  await purgeAudit(deps.database, new Date(now - Math.max(days, AUDIT_DAYS_MIN) * DAY_MS));
}

async function oldestFolders(dataDir: string, kind: 'staging' | 'runs'): Promise<string[]> {
  return (await listRunFolders(dataDir, kind)).sort().slice(0, FOLDERS_MAX);
}

/** More failed runs than these lose what they staged: else a schedule whose runs all fail would fill the volume. Their retry begins anew. */
const FAILED_STAGINGS_MAX = 3;

/** A failed run keeps what it staged for its retry, until a newer run is published or its retention is over. */
async function removeEndedStaging({ config, database, log, now = Date.now }: RetentionDeps): Promise<void> {
  const runs = await selectRunsById(database, await oldestFolders(config.dataDir, 'staging'));
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
}

/** The report in the ledger stays; rejects and summary of the run answer 410 from then on. */
async function removeOldRunFolders({ config, database, log, now = Date.now }: RetentionDeps): Promise<void> {
  const before = new Date(now() - config.runRetentionDays * DAY_MS);
  for (const runId of await runsEndedBefore(database, await oldestFolders(config.dataDir, 'runs'), before)) {
    await removeRunResults(config.dataDir, runId);
    log.info({ run: runId, retentionDays: config.runRetentionDays }, 'run folder removed');
  }
}
