import { join } from 'node:path';
import { EtlError, newAttemptToken, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { findRun, recordFindings, type Run } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import {
  createRunFolders,
  type MergedFile,
  publishManifest,
  readOwnManifest,
  readVersion,
  runFolders,
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
  const startedAt = new Date().toISOString();
  const kept = runFolders(dataDir, from);
  const [maker, version] = await Promise.all([findRun(database, from), readVersion(kept)]);
  if (maker === undefined || version === undefined) throw new EtlError('GONE', `the version of run ${from} is no longer kept`);
  await lookAtTarget(
    database,
    version.map(({ shape }) => shape),
  );
  const folders = runFolders(dataDir, data.runId);
  await createRunFolders(folders);
  crashPoint('plan.after-folders');
  await takeOverRejects(kept, folders);
  await recordFindings(database, data.runId, data.epoch, findingsOf(maker));
  if ((await readOwnManifest<SummaryManifest>(folders.summaryManifest)) === undefined) {
    const summaries: MergedFile[] = [];
    const output = `summary-${newAttemptToken()}`;
    let isPublished = false;
    try {
      for (const summary of version) {
        const name = `${output}-${summary.shape.name}.csv`;
        await linkFile(await verifiedPath(kept.results, summary.file), join(folders.staging, name));
        summaries.push({ ...summary, file: { ...summary.file, name } });
      }
      const { won } = await publishManifest<SummaryManifest>(folders.summaryManifest, {
        summaries,
        startedAt,
        finishedAt: new Date().toISOString(),
      });
      isPublished = won;
    } finally {
      if (!isPublished) await removeFiles(summaries.map(({ file }) => join(folders.staging, file.name)));
    }
  }
  crashPoint('plan.after-manifest');
  return { rows: 0, note: `publishes the version of run ${from} again` };
}

/** What the report says of a version: all that its own run has found out about the sources. */
function findingsOf({ runId, seq, findings }: Run): Partial<Run['findings']> {
  const { sources, totals, definition, summaries, readHeaders, madeBy = { id: runId, seq } } = findings;
  return {
    sources,
    totals,
    madeBy,
    ...(definition === undefined ? {} : { definition }),
    ...(summaries === undefined ? {} : { summaries }),
    ...(readHeaders === undefined ? {} : { readHeaders }),
  };
}
