import { EtlError } from '@retail-etl/contracts';
import { keepVersion, readManifest, type MergedFile, type RunFolders, type SummaryManifest } from '@retail-etl/staging';
import { removeFiles, removeTemporaryFiles, replaceByCopy, verifiedPath } from '@retail-etl/store';
import type { RunSummary } from './targets/target.js';

/** The summaries that merge has made. Throws STAGED_CORRUPT if one is gone or damaged; all are forgotten then, so that a retry merges again. */
export async function readStagedSummaries(folders: RunFolders): Promise<RunSummary[]> {
  const { summaries } = await readSummaryManifest(folders);
  try {
    return await Promise.all(summaries.map((summary) => stagedSummary(folders, summary)));
  } catch (error) {
    await forgetIfDamaged(folders, error);
    throw error;
  }
}

async function stagedSummary(folders: RunFolders, summary: MergedFile): Promise<RunSummary> {
  return { ...summary, path: await verifiedPath(folders.staging, summary.file) };
}

/** The same summaries where they are kept among the run's results, once `keepSummary` has ended. One that is damaged is kept anew. */
export async function readKeptSummaries(folders: RunFolders): Promise<RunSummary[]> {
  const { summaries } = await readSummaryManifest(folders);
  const kept = await Promise.all(summaries.map((summary) => keptSummary(folders, summary)));
  await keepVersion(folders, kept);
  return kept;
}

async function keptSummary(folders: RunFolders, summary: MergedFile): Promise<RunSummary> {
  const { file, name } = summary.shape;
  try {
    return { ...summary, path: await verifiedPath(folders.results, { ...summary.file, name: file }) };
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    // What merge has made is there until the run has ended.
    await keepSummary(folders, await stagedSummary(folders, summary));
    return { ...summary, path: folders.summaryCsv(name) };
  }
}

/** Keeps a summary among the run's results, on disk for sure: the published file can be made from it at any time. */
async function keepSummary(folders: RunFolders, { shape, path }: RunSummary): Promise<void> {
  await removeTemporaryFiles(folders.results, shape.file);
  await replaceByCopy(path, folders.summaryCsv(shape.name));
}

/** Keeps all of them as a version that can be published again. */
export async function keepSummaries(folders: RunFolders, summaries: readonly RunSummary[]): Promise<void> {
  for (const summary of summaries) await keepSummary(folders, summary);
  await keepVersion(folders, summaries);
}

/** Forgets the summaries if the error says that one is damaged. */
export async function forgetIfDamaged(folders: RunFolders, error: unknown): Promise<void> {
  if (error instanceof EtlError && (error.code === 'STAGED_CORRUPT' || error.code === 'BOOKS_UNBALANCED'))
    await removeFiles([folders.summaryManifest]);
}

async function readSummaryManifest(folders: RunFolders): Promise<SummaryManifest> {
  const manifest = await readManifest<SummaryManifest>(folders.summaryManifest);
  if (manifest === undefined) throw new EtlError('STAGED_CORRUPT', 'the summary of the run is gone');
  return manifest;
}
