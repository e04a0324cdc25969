import { crashPoint } from '@retail-etl/faults';
import {
  type FinishedPartition,
  isKept,
  KEPT_FORMAT,
  keepMerged,
  keepPartition,
  type MergedFile,
  noteUse,
  readKeptBooks,
  removeHalfKept,
  type RunFolders,
  summariesKey,
} from '@retail-etl/staging';
import { gatherBooks } from './balance-books.js';
import type { RunManifests } from './run-manifests.js';

/**
 * Keeps what this run has made of partitions whose files and rules are known by a key, for later runs to use. Returns the files of which a fresh run has
 * made something else than the run that they were kept of; these are replaced. Errors of the file system come out; what is kept by then is whole.
 */
export async function keepPartitions(
  folders: RunFolders,
  runId: string,
  manifests: RunManifests,
  summaries: readonly MergedFile[],
): Promise<string[]> {
  const { dataDir } = folders;
  const { partitions, params } = manifests.plan;
  const finished = finishedPartitions(manifests);
  const summary = summariesKey(
    manifests.partials,
    summaries.map(({ shape }) => shape),
  );
  // Before they are there: what nobody uses is swept.
  await noteUse(dataDir, runId, { keys: [...finished.map(({ partition }) => partition.key!), summary], isMerged: true });
  await removeHalfKept(dataDir);
  const differing: string[] = [];
  for (const each of finished) {
    // What was reused is kept, unless it was damaged and made again.
    if (params.fresh !== true && (await isKept(dataDir, each.partition.key!))) continue;
    if (params.fresh === true) differing.push(...(await differingFiles(dataDir, each)));
    await keepPartition(folders, each);
    crashPoint('merge.after-keep');
  }
  // Only the same partials have the same summaries.
  if (finished.length === partitions.length) await keepMerged(folders, summary, summaries);
  return differing;
}

/** Those that may be kept: all of their files were read to the end as they were planned, by this release and by the settings that the plan has named. */
function finishedPartitions({ plan, extracts, chunks, partials }: RunManifests): FinishedPartition[] {
  const byChunk = new Map(chunks.map((chunk, index) => [chunk, partials[index]!]));
  const dateFormats = JSON.stringify(plan.dateFormats ?? []);
  return plan.partitions.flatMap((partition, index): FinishedPartition[] => {
    const extract = extracts[index]!;
    const own = extract.chunks.map((chunk) => byChunk.get(chunk)!);
    const isAsPlanned =
      partition.key !== undefined &&
      extract.stoppedInEpoch === undefined &&
      extract.csvEncoding === plan.csvEncoding &&
      extract.sources.every(({ setAside, wasTouched }) => setAside === undefined && wasTouched !== true) &&
      (partition.digests ?? []).every((sha256, file) => sha256 === null || sha256 === extract.sources[file]?.sha256);
    const isJudgedSo = own.every(
      (partial) => partial.keptFormat === KEPT_FORMAT && JSON.stringify(partial.dateFormats ?? []) === dateFormats,
    );
    return isAsPlanned && extract.keptFormat === KEPT_FORMAT && isJudgedSo ? [{ partition, extract, partials: own }] : [];
  });
}

/** The files whose books are not those that are kept; none if nothing is kept. */
async function differingFiles(dataDir: string, { partition, extract, partials }: FinishedPartition): Promise<string[]> {
  const kept = await readKeptBooks(dataDir, partition.key!);
  if (kept === undefined) return [];
  const booksOf = (books: typeof kept): Map<string, string> =>
    new Map(gatherBooks([], [{ source: extract.source, books }]).map((book) => [book.file ?? '', JSON.stringify(book)]));
  const [before, now] = [booksOf(kept), booksOf(partials.flatMap(({ books }) => books))];
  return [...now].filter(([file, book]) => before.get(file) !== book).map(([file]) => file);
}
