import { removeFiles } from '@retail-etl/store';
import { partitionOfChunk } from './chunk-names.js';
import { forgetKept } from './kept-partitions.js';
import { readManifest } from './manifest.js';
import type { PlanManifest } from './manifests.js';
import type { RunFolders } from './run-folders.js';

/** Makes a retry extract and transform a chunk's partition again, by forgetting that they were complete, also what is kept of it for other runs. */
export async function forgetPartition(folders: RunFolders, chunk: string): Promise<void> {
  const name = partitionOfChunk(chunk);
  const plan = await readManifest<PlanManifest>(folders.planManifest).catch(() => undefined);
  const key = plan?.partitions.find((partition) => partition.name === name)?.key;
  if (key !== undefined) await forgetKept(folders.dataDir, key);
  await removeFiles([folders.partialManifest(chunk), folders.extractManifest(name)]);
}
