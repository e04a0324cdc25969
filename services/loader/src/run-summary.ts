import { EtlError } from '@retail-etl/contracts';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { readManifest, type RunFolders, type SummaryManifest } from '@retail-etl/staging';
import { removeFiles, removeTemporaryFiles, replaceByCopy, verifiedPath } from '@retail-etl/store';
import type { RunSummary } from './targets/target.js';

/** The summary that merge has made. Throws STAGED_CORRUPT if it is gone or damaged; a damaged one is forgotten, so that a retry merges again. */
export async function readStagedSummary(folders: RunFolders): Promise<RunSummary> {
  const manifest = await readSummaryManifest(folders);
  try {
    return { ...manifest, path: await verifiedPath(folders.staging, manifest.file) };
  } catch (error) {
    await forgetIfDamaged(folders, error);
    throw error;
  }
}

/** The same summary where it is kept among the run's results, once `keepSummary` has ended. One that is damaged is kept anew. */
export async function readKeptSummary(folders: RunFolders): Promise<RunSummary> {
  const manifest = await readSummaryManifest(folders);
  try {
    return { ...manifest, path: await verifiedPath(folders.results, { ...manifest.file, name: SALES_SUMMARY.file }) };
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    // What merge has made is there until the run has ended.
    await keepSummary(folders, await readStagedSummary(folders));
    return { ...manifest, path: folders.summaryCsv };
  }
}

/** Keeps the summary among the run's results, on disk for sure: the published file can be made from it at any time. */
export async function keepSummary(folders: RunFolders, summary: RunSummary): Promise<void> {
  await removeTemporaryFiles(folders.results, SALES_SUMMARY.file);
  await replaceByCopy(summary.path, folders.summaryCsv);
}

/** Forgets the summary if the error says that it is damaged. */
export async function forgetIfDamaged(folders: RunFolders, error: unknown): Promise<void> {
  if (error instanceof EtlError && (error.code === 'STAGED_CORRUPT' || error.code === 'BOOKS_UNBALANCED'))
    await removeFiles([folders.summaryManifest]);
}

async function readSummaryManifest(folders: RunFolders): Promise<SummaryManifest> {
  const manifest = await readManifest<SummaryManifest>(folders.summaryManifest);
  if (manifest === undefined) throw new EtlError('STAGED_CORRUPT', 'the summary of the run is gone');
  return manifest;
}
