import { join } from 'node:path';
import { EtlError, newAttemptToken, type RunParams, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { findPublishedRun, findRun, recordFindings, type Run } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { SummaryShape } from '@retail-etl/sales';
import {
  tablesAsText,
  createRunFolders,
  hasRunResults,
  readShapes,
  type MergedFile,
  publishManifest,
  readOwnManifest,
  readVersion,
  runFolders,
  type RunFolders,
  type SummaryManifest,
  takeOverRejects,
} from '@retail-etl/staging';
import { linkFile, removeFiles, verifiedPath } from '@retail-etl/store';
import { lookAtTarget } from './look-at-target.js';

/**
 * The plan of a run that publishes the version of another run again: brings that version's summaries, and what was found out about them, to where
 * merge would have put them. Attaches no extract, so merge finds its work done and load goes on as with any run. May be repeated.
 */
export async function planVersion(
  data: RunStepData,
  from: string,
  { dataDir, database }: { readonly dataDir: string; readonly database: Database },
): Promise<StepResult> {
  const kept = runFolders(dataDir, from);
  const [maker, version, published] = await Promise.all([findRun(database, from), readVersion(kept), findPublishedRun(database)]);
  if (maker === undefined || version === undefined) throw new EtlError('GONE', `the version of run ${from} is no longer kept`);
  // Nothing else is published until this run has ended, but much may have been since it was asked for.
  const shown = published === undefined ? undefined : await readShapesIfThere(dataDir, published.runId);
  if (shown !== undefined && tablesAsText(shown) !== tablesAsText(version.map(({ shape }) => shape)))
    throw new EtlError('VERSION_UNFIT', `run ${from} has other summaries, keys or types than run ${published!.runId}, which is published`);
  await lookAtTarget(
    database,
    version.map(({ shape }) => shape),
  );
  const folders = runFolders(dataDir, data.runId);
  await createRunFolders(folders);
  crashPoint('plan.after-folders');
  await takeOverRejects(kept, folders);
  await recordFindings(database, data.runId, data.epoch, findingsOf(maker, published));
  if ((await readOwnManifest<SummaryManifest>(folders.summaryManifest)) === undefined) await linkSummaries(from, version, kept, folders);
  crashPoint('plan.after-manifest');
  return { rows: 0, note: `publishes the version of run ${from} again` };
}

async function readShapesIfThere(dataDir: string, runId: string): Promise<readonly SummaryShape[] | undefined> {
  return (await hasRunResults(dataDir, runId)) ? readShapes(runFolders(dataDir, runId)) : undefined;
}

/** Gives the kept summaries the names that merge would have given them. Throws VERSION_UNFIT if one is damaged: no retry would help. */
async function linkSummaries(from: string, version: readonly MergedFile[], kept: RunFolders, folders: RunFolders): Promise<void> {
  const startedAt = new Date().toISOString();
  const output = `summary-${newAttemptToken()}`;
  const summaries: MergedFile[] = [];
  let isPublished = false;
  try {
    for (const summary of version) {
      const path = await verifiedPath(kept.results, summary.file).catch((cause: unknown) => {
        if (!(cause instanceof EtlError)) throw cause;
        throw new EtlError('VERSION_UNFIT', `the version of run ${from} cannot be published again: ${cause.message}`, { cause });
      });
      const name = `${output}-${summary.shape.name}.csv`;
      await linkFile(path, join(folders.staging, name));
      summaries.push({ ...summary, file: { ...summary.file, name } });
    }
    const manifest = { summaries, startedAt, finishedAt: new Date().toISOString() };
    isPublished = (await publishManifest<SummaryManifest>(folders.summaryManifest, manifest)).won;
  } finally {
    if (!isPublished) await removeFiles(summaries.map(({ file }) => join(folders.staging, file.name))).catch(() => undefined);
  }
}

/** What the report says of a version: all that its own run has found out about the sources. */
function findingsOf({ runId, seq, params, findings }: Run, published: Run | undefined): Partial<Run['findings']> {
  const { sources, totals, definition, summaries, readHeaders, madeBy = { id: runId, seq, ...windowOf(params) } } = findings;
  // Tables that nothing fills any more are told of until something does again.
  const { staleSummaries } = published?.findings ?? {};
  return {
    sources,
    totals,
    madeBy,
    ...(definition === undefined ? {} : { definition }),
    ...(summaries === undefined ? {} : { summaries }),
    ...(readHeaders === undefined ? {} : { readHeaders }),
    ...(staleSummaries === undefined ? {} : { staleSummaries }),
  };
}

function windowOf({ from, to }: RunParams): { from?: string; to?: string } {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
