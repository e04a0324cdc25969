import type { RunFolders } from './run-folders.js';
import { removeFiles } from '@retail-etl/store';

/**
 * Makes a retry extract and transform a chunk's partition again, by forgetting that they were complete. A partition's name is that of
 * its chunks without attempt and number.
 */
export async function forgetPartition(folders: RunFolders, chunk: string): Promise<void> {
  const partition = chunk.split('-').slice(0, -2).join('-');
  await removeFiles([folders.partialManifest(chunk), folders.extractManifest(partition)]);
}
