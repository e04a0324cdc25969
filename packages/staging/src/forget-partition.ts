import { removeFiles } from '@retail-etl/store';
import { partitionOfChunk } from './chunk-names.js';
import type { RunFolders } from './run-folders.js';

/** Makes a retry extract and transform a chunk's partition again, by forgetting that they were complete. */
export async function forgetPartition(folders: RunFolders, chunk: string): Promise<void> {
  await removeFiles([folders.partialManifest(chunk), folders.extractManifest(partitionOfChunk(chunk))]);
}
