import { join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import {
  inBatches,
  linkFile,
  listFolders,
  makeFolders,
  READS_MAX,
  readSealed,
  removeFolder,
  renameFolder,
  writeSealed,
} from '@retail-etl/store';
import { chunkName } from './chunk-names.js';
import { KEPT_NAME } from './kept-keys.js';
import { readLastUses } from './kept-uses.js';
import { publishManifest, readOwnManifest } from './manifest.js';
import type { ExtractManifest, PartialManifest, Partition, PlannedFile } from './manifests.js';
import { keptFolder, type RunFolders } from './run-folders.js';

/** What is kept of a partition: the manifest of its extract, and those of its chunks. Files lie below it, under their own names. */
interface KeptManifest {
  readonly source: string;
  /** What its rows were read and judged by, as `keyOf` gives it. */
  readonly rules: string;
  readonly files: readonly PlannedFile[];
  readonly extract: ExtractManifest;
  readonly partials: readonly PartialManifest[];
}

/** The files of a partition that is kept. */
export interface KeptGroup extends Pick<KeptManifest, 'source' | 'rules' | 'files'> {
  readonly key: string;
  /** The newest run that has used it; empty if none has. */
  readonly lastRun: string;
}

const partitionsFolder = (dataDir: string): string => join(keptFolder(dataDir), 'partitions');
const folderOf = (dataDir: string, key: string): string => join(partitionsFolder(dataDir), key);

/** Undefined: nothing is kept under this key, or it cannot be read. */
function readKept(dataDir: string, key: string): Promise<KeptManifest | undefined> {
  return readSealed<KeptManifest>(join(folderOf(dataDir, key), 'partition.json'));
}

/** The partitions that are kept and were made by one of these rules. Those that are damaged, or of another release, are left out. */
export async function listKept(dataDir: string, rules: ReadonlySet<string>): Promise<KeptGroup[]> {
  const keys = (await listFolders(partitionsFolder(dataDir))).filter((name) => KEPT_NAME.test(name)).sort();
  const lastUses = await readLastUses(dataDir);
  const found = await inBatches(keys, READS_MAX, async (key): Promise<KeptGroup[]> => {
    const kept = await readKept(dataDir, key);
    // Only what is returned stays in memory: manifests also hold books and headers of each file.
    if (kept === undefined || !rules.has(kept.rules)) return [];
    return [{ key, source: kept.source, rules: kept.rules, files: kept.files, lastRun: lastUses.get(key) ?? '' }];
  });
  return found.flat();
}

/** Whether a partition is kept under this key, and its manifest can be read. */
export async function isKept(dataDir: string, key: string): Promise<boolean> {
  return (await readKept(dataDir, key)) !== undefined;
}

/**
 * Brings what is kept of a partition to where its extract and transforms would have put it. False if it is not kept, or no longer whole: then it has to be
 * extracted, and nothing is kept of it any more. May be repeated.
 */
export async function restorePartition(folders: RunFolders, { name, key }: Partition): Promise<boolean> {
  if (key === undefined) return false;
  try {
    const kept = await readKept(folders.dataDir, key);
    if (kept === undefined) return false;
    await link(folders, name, key, kept);
  } catch {
    // Whatever is wrong with what is kept, the files are there.
    await forgetKept(folders.dataDir, key);
    return false;
  }
  // One that an attempt was stopped in, is not whole.
  return (await readOwnManifest<ExtractManifest>(folders.extractManifest(name)))?.stoppedInEpoch === undefined;
}

async function link(folders: RunFolders, name: string, key: string, kept: KeptManifest): Promise<void> {
  const from = folderOf(folders.dataDir, key);
  // The attempt in the name tells chunks of one partition from those of another of the same name.
  const chunks = kept.partials.map((_, index) => chunkName(name, key.slice(0, 8), index + 1));
  for (const [index, partial] of kept.partials.entries()) {
    await linkFile(join(from, 'partials', partial.file.name), join(folders.partials, partial.file.name));
    if (partial.rejectsFile !== null)
      await linkFile(join(from, 'rejects', partial.rejectsFile), join(folders.rejects, partial.rejectsFile));
    await publishAnew(folders.partialManifest(chunks[index]!), partial);
  }
  await publishAnew<ExtractManifest>(folders.extractManifest(name), { ...kept.extract, chunks });
}

/** Publishes a manifest also where there is one that cannot be read. */
async function publishAnew<T extends object>(path: string, manifest: T): Promise<void> {
  await readOwnManifest(path);
  await publishManifest(path, manifest);
}

/** What keeping a partition needs to know of it. */
export interface FinishedPartition {
  readonly partition: Partition;
  readonly extract: ExtractManifest;
  readonly partials: readonly PartialManifest[];
}

/** Keeps what a run has made of a partition, under its key, in place of what may be there. */
export async function keepPartition(folders: RunFolders, { partition, extract, partials }: FinishedPartition): Promise<void> {
  const { key, rules = '', source, files } = partition;
  if (key === undefined) return;
  const target = folderOf(folders.dataDir, key);
  const own = `${target}.${newAttemptToken()}.tmp`;
  await makeFolders([join(own, 'partials'), join(own, 'rejects')]);
  try {
    for (const { file, rejectsFile } of partials) {
      await linkFile(join(folders.partials, file.name), join(own, 'partials', file.name));
      if (rejectsFile !== null) await linkFile(join(folders.rejects, rejectsFile), join(own, 'rejects', rejectsFile));
    }
    const manifest: KeptManifest = { source, rules, files, extract: { ...extract, chunks: [] }, partials };
    await writeSealed(join(own, 'partition.json'), manifest);
    await removeFolder(target);
    await renameFolder(own, target);
  } finally {
    await removeFolder(own);
  }
}

/** The books of a kept partition's chunks; undefined if it is not kept. */
export async function readKeptBooks(dataDir: string, key: string): Promise<PartialManifest['books'] | undefined> {
  return (await readKept(dataDir, key))?.partials.flatMap(({ books }) => books);
}

/** Forgets what is kept under a key, because it is damaged. */
export async function forgetKept(dataDir: string, key: string): Promise<void> {
  await removeFolder(folderOf(dataDir, key));
}
