import { join } from 'node:path';
import { EtlError, newAttemptToken } from '@retail-etl/contracts';
import type { SummaryShape } from '@retail-etl/sales';
import { linkFile, makeFolders, readSealed, removeFiles, removeFolder, renameFolder, verifiedPath, writeSealed } from '@retail-etl/store';
import { keyOf } from './kept-keys.js';
import type { MergedFile, PartialManifest } from './manifests.js';
import { keptFolder, type RunFolders } from './run-folders.js';

const folderOf = (dataDir: string, key: string): string => join(keptFolder(dataDir), 'summaries', key);

/** What the summaries of these partials are known by: the very files, whose names no other attempt gives again. */
export function summariesKey(partials: readonly Pick<PartialManifest, 'file'>[], shapes: readonly SummaryShape[]): string {
  return keyOf([partials.map(({ file }) => `${file.name}:${file.bytes}:${file.crc32}`).toSorted(), shapes]);
}

/** Links the summaries that are kept under a key to where `pathOf` says; undefined if they are not kept, or not whole any more. */
export async function takeKeptSummaries(
  dataDir: string,
  key: string,
  shapes: readonly SummaryShape[],
  pathOf: (summary: string) => string,
): Promise<readonly MergedFile[] | undefined> {
  const kept = await readSealed<readonly MergedFile[]>(join(folderOf(dataDir, key), 'summaries.json'));
  if (kept === undefined) return undefined;
  try {
    const found = shapes.map((shape, index) => ({ ...kept[index]!, shape }));
    for (const { shape, file } of found) await linkFile(await verifiedPath(folderOf(dataDir, key), file), pathOf(shape.name));
    return found;
  } catch (error) {
    if (!(error instanceof EtlError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await removeFiles(shapes.map(({ name }) => pathOf(name)));
    await forgetKeptSummaries(dataDir, key);
    return undefined;
  }
}

/** Forgets the summaries that are kept under a key, because they are not what their partials sum to. */
export async function forgetKeptSummaries(dataDir: string, key: string): Promise<void> {
  await removeFolder(folderOf(dataDir, key));
}

/** Keeps the summaries that a run has merged, under the key of its partials. Those that are kept already stay. */
export async function keepMerged(folders: RunFolders, key: string, summaries: readonly MergedFile[]): Promise<void> {
  const target = folderOf(folders.dataDir, key);
  const own = `${target}.${newAttemptToken()}.tmp`;
  await makeFolders([own]);
  try {
    for (const { file } of summaries) await linkFile(join(folders.staging, file.name), join(own, file.name));
    await writeSealed(join(own, 'summaries.json'), summaries);
    await renameFolder(own, target);
  } finally {
    await removeFolder(own);
  }
}
