import { join } from 'node:path';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, type RunStepData, type StageReport, type StepResult } from '@retail-etl/contracts';
import type { RunFindings } from '@retail-etl/sales';
import { advanceState, endPreview, findRun, finishPublication, readPublished, type Run } from '@retail-etl/ledger';
import { allowQuiet, type Database, endQuiet, withConnection } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import { readManifest, type RunFolders, runFolders, type SummaryManifest } from '@retail-etl/staging';
import { removeFiles, verifiedPath } from '@retail-etl/store';
import { compareWithTarget } from './compare-with-target.js';
import { keepSummary, putAside, putInPlace, removeAsides } from './place-csv.js';
import { publishSummary } from './publish-summary.js';
import { dropStagedTable, stageSummary } from './stage-summary.js';

export interface LoadDeps {
  readonly dataDir: string;
  readonly database: Database;
}

/** Publishes the run's summary into MySQL and as CSV, or, for a dry run, says what that would change. */
export async function loadRun(data: RunStepData, deps: LoadDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  const startedAt = new Date().toISOString();
  const [run, published, summary] = await Promise.all([
    findRun(deps.database, data.runId),
    readPublished(deps.database),
    readManifest<SummaryManifest>(folders.summaryManifest),
    advanceState(deps.database, data.runId, data.epoch, 'loading'),
  ]);
  if (run === undefined) throw new EtlError('INTERNAL', `run ${data.runId} is not in the ledger`);
  if (summary === undefined) throw new EtlError('STAGED_CORRUPT', 'the summary of the run is gone');
  if (published.seq > run.seq) throw new EtlError('SUPERSEDED', `run ${data.runId} is older than what has been published`);
  const outputFolder = join(deps.dataDir, 'output');
  await Promise.all([outputFolder, folders.results].map(removeAsides));
  let aside: string | undefined;
  if (published.seq < run.seq) {
    aside = await stageAndPublish(data, run, summary, folders, outputFolder, startedAt, deps, context);
    if (aside === undefined) return { rows: summary.products, note: 'dry run: nothing was published' };
  }
  await placeCsv(deps.database, run, aside ?? (await putAside(folders.summaryCsv, outputFolder)), outputFolder);
  crashPoint('load.after-state');
  const note = `${summary.products} products published, quantity ${summary.quantity}, amount ${summary.publishedAmount}`;
  await context.note(note);
  return { rows: summary.products, note };
}

/** Returns where the CSV lies that has to be put in place; undefined for a dry run. */
async function stageAndPublish(
  data: RunStepData,
  run: Run,
  summary: SummaryManifest,
  folders: RunFolders,
  outputFolder: string,
  startedAt: string,
  deps: LoadDeps,
  context: StepContext,
): Promise<string | undefined> {
  const summaryPath = await verifiedPath(folders.staging, summary.file).catch((error: unknown) => forgetIfDamaged(error, folders));
  return withConnection(deps.database, 'loading', async (connection) => {
    await allowQuiet(connection);
    // It may be what its manifest says, and yet not what was summed.
    await stageSummary(connection, summaryPath, summary, context.signal).catch((error: unknown) => forgetIfDamaged(error, folders));
    crashPoint('load.after-staging');
    // One waits for the disk, the other for MySQL.
    const [compared] = await Promise.all([compareWithTarget(connection, summary.products), keepSummary(summaryPath, folders.summaryCsv)]);
    const load: StageReport = { name: 'load', startedAt, finishedAt: new Date().toISOString(), jobs: 1 };
    const stages = [...run.findings.stages.filter((stage) => stage.name !== 'load'), load];
    const findings: Partial<RunFindings> = { ...compared, stages };
    if (run.params.dryRun === true) {
      await endPreview(deps.database, data, findings);
      await dropStagedTable(connection);
      await endQuiet(connection);
      return undefined;
    }
    context.signal.throwIfAborted();
    // Beforehand, so that a full disk is met while nothing has been published.
    const aside = await putAside(folders.summaryCsv, outputFolder);
    crashPoint('load.after-csv-aside');
    try {
      await publishSummary(connection, deps.database, data, summary, findings);
      await dropStagedTable(connection);
    } catch (error) {
      await removeFiles([aside]).catch(() => undefined);
      throw error;
    }
    return aside;
  });
}

/** Forgets a damaged summary, so that a retry merges again; throws the error in any case. */
async function forgetIfDamaged(error: unknown, folders: RunFolders): Promise<never> {
  if (error instanceof EtlError && (error.code === 'STAGED_CORRUPT' || error.code === 'BOOKS_UNBALANCED'))
    await removeFiles([folders.summaryManifest]);
  throw error;
}

/** Puts the CSV (`aside`) of a run whose summary is committed into place and ends the run as `published`. May be repeated, also by another process. */
async function placeCsv(database: Database, run: Run, aside: string, outputFolder: string): Promise<void> {
  try {
    await finishPublication(database, run, async () => {
      crashPoint('load.before-rename');
      await putInPlace(aside, outputFolder);
      crashPoint('load.after-rename');
    });
  } catch (error) {
    await removeFiles([aside]).catch(() => undefined);
    throw error;
  }
}
