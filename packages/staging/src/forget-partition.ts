import { removeFiles } from '@retail-etl/store';
import { partitionOfChunk } from './chunk-names.js';
import { forgetKept } from './kept-partitions.js';
import { readManifest } from './manifest.js';
import type { PlanManifest } from './manifests.js';
import type { RunFolders } from './run-folders.js';

/** Makes a retry extract and transform the partitions of these chunks again: that they were complete is forgotten, and what is kept of them for other runs. */
export async function forgetPartitions(folders: RunFolders, chunks: readonly string[]): Promise<void> {
  const names = new Set(chunks.map(partitionOfChunk));
  const plan = await readManifest<PlanManifest>(folders.planManifest).catch(() => undefined);
  for (const { name, key } of plan?.partitions ?? []) if (names.has(name) && key !== undefined) await forgetKept(folders.dataDir, key);
  const manifests = [...chunks.map((chunk) => folders.partialManifest(chunk)), ...[...names].map((name) => folders.extractManifest(name))];
  await removeFiles(manifests);
}
