import { join } from 'node:path';
import { exists, listFolders, listNames, makeFolders, removeFolder } from '@retail-etl/store';

/** Where everything of a run lies below DATA_DIR. Paths follow from run, step and partition, so a repeated step finds its own output. */
export interface RunFolders {
  readonly dataDir: string;
  /** Rows on their way; removed soon after the run has ended. */
  readonly staging: string;
  readonly planManifest: string;
  extractManifest(partition: string): string;
  /** Chunks of staged rows; a chunk's files go once its partial is there. */
  readonly chunks: string;
  chunkManifest(chunk: string): string;
  readonly partials: string;
  partialManifest(chunk: string): string;
  readonly summaryManifest: string;
  /** What people look at after the run: rejects and the summary, kept RUN_RETENTION_DAYS. */
  readonly results: string;
  readonly rejects: string;
  /** The summary of this name. */
  summaryCsv(name: string): string;
  /** What the kept summaries are; written once they are all there. */
  readonly version: string;
}

export function runFolders(dataDir: string, runId: string): RunFolders {
  const staging = join(dataDir, 'staging', runId);
  const chunks = join(staging, 'chunks');
  const partials = join(staging, 'partials');
  const results = join(dataDir, 'runs', runId);
  return {
    dataDir,
    staging,
    planManifest: join(staging, 'plan.json'),
    extractManifest: (partition) => join(staging, `extract-${partition}.json`),
    chunks,
    chunkManifest: (chunk) => join(chunks, `${chunk}.json`),
    partials,
    partialManifest: (chunk) => join(partials, `${chunk}.json`),
    summaryManifest: join(staging, 'summary.json'),
    results,
    rejects: join(results, 'rejects'),
    summaryCsv: (name) => join(results, `${name}.csv`),
    version: join(results, 'version.json'),
  };
}

/** Makes the run's folders. Only plan calls it, so that a stalled worker of a removed run fails instead of bringing folders back. */
export async function createRunFolders(folders: RunFolders): Promise<void> {
  await makeFolders([folders.chunks, folders.partials, folders.rejects]);
}

/** True if a run's plan is still there: its retry keeps to it. */
export async function hasPlan(dataDir: string, runId: string): Promise<boolean> {
  return exists(runFolders(dataDir, runId).planManifest);
}

/** Removes what a run staged. Absent is fine. */
export async function removeRunStaging(dataDir: string, runId: string): Promise<void> {
  await removeFolder(runFolders(dataDir, runId).staging);
}

/** Removes a run's rejects and summary. Absent is fine. */
export async function removeRunResults(dataDir: string, runId: string): Promise<void> {
  await removeFolder(runFolders(dataDir, runId).results);
}

/** The ids of runs that have a folder below `staging` or `runs`. */
export async function listRunFolders(dataDir: string, kind: 'staging' | 'runs'): Promise<string[]> {
  return listFolders(join(dataDir, kind));
}

/** The names of the partitions that have been extracted. */
export async function listExtracted(folders: RunFolders): Promise<string[]> {
  const names = await listNames(folders.staging);
  return names.flatMap((name) => /^extract-(.+)\.json$/.exec(name)?.[1] ?? []);
}

/** The names of the staged chunks that wait to be transformed: complete ones, which have a manifest, and whose rows are still there. */
export async function listStagedChunks(folders: RunFolders): Promise<Set<string>> {
  const names = new Set(await listNames(folders.chunks));
  const chunks = [...names].filter((name) => name.endsWith('.parquet')).map((name) => name.slice(0, -'.parquet'.length));
  return new Set(chunks.filter((chunk) => names.has(`${chunk}.json`)));
}

/** True if the run's results are still there. */
export async function hasRunResults(dataDir: string, runId: string): Promise<boolean> {
  return exists(runFolders(dataDir, runId).results);
}

/** Where what was made of unchanged files is kept from run to run. */
export function keptFolder(dataDir: string): string {
  return join(dataDir, 'kept');
}

/** Where DuckDB spills what does not fit in memory; each process makes a folder of its own in it. */
export function spillFolder(dataDir: string): string {
  return join(dataDir, 'staging', '.spill');
}
