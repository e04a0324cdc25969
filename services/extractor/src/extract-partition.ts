import { EtlError, type ExtractData, type StepResult } from '@retail-etl/contracts';
import type { SourceSettings } from '@retail-etl/config';
import { crashPoint } from '@retail-etl/faults';
import type { Producer } from '@retail-etl/queue';
import { openSources, type PartitionRead, type Source, UnreadableFile } from '@retail-etl/reading';
import type { StepContext } from '@retail-etl/runtime';
import {
  type ChunkManifest,
  type ExtractManifest,
  KEPT_FORMAT,
  type Partition,
  type PlanManifest,
  publishManifest,
  readManifest,
  readOwnManifest,
  type RunFolders,
  runFolders,
  type SetAside,
} from '@retail-etl/staging';
import { removeFiles, verifiedPath } from '@retail-etl/store';
import { ReadingStopped } from './reject-watch.js';
import { StagedChunks } from './staged-chunks.js';

export interface ExtractDeps {
  readonly settings: SourceSettings;
  readonly producer: Producer;
}

/**
 * Stages the rows of one partition in chunks and attaches a transform job for each as soon as it is complete. The partition
 * counts once its manifest is published; chunks of an attempt that died before are not listed and change nothing.
 */
export async function extractPartition(data: ExtractData, deps: ExtractDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.settings.dataDir, data.runId);
  const { plan, partition, source } = await findPartition(data, deps, folders);

  const before = await readOwnManifest<ExtractManifest>(folders.extractManifest(partition.name));
  // What stopped because of the limit of rejects is read anew by a retry, before which the limit may have been raised.
  const isStale = before?.stoppedInEpoch !== undefined && before.stoppedInEpoch !== data.epoch;
  if (before !== undefined && !isStale && (await areWhole(before.chunks, folders))) {
    await deps.producer.attachTransforms(data.runId, data.epoch, before.chunks);
    return { rows: 0, note: 'already extracted' };
  }
  if (before !== undefined) await removeFiles([folders.extractManifest(partition.name)]);

  const startedAt = new Date().toISOString();
  const { staged, read, stopped } = await readPartition(
    partition,
    source,
    () => new StagedChunks({ data, plan, partition, source, folders, producer: deps.producer, context }),
    context.signal,
  );
  const manifest: ExtractManifest = {
    keptFormat: KEPT_FORMAT,
    source: partition.source,
    csvEncoding: deps.settings.csvEncoding,
    chunks: staged.names,
    ...read,
    ...(stopped === null ? {} : { stoppedInEpoch: data.epoch }),
    startedAt,
    finishedAt: new Date().toISOString(),
  };
  crashPoint('extract.before-manifest');
  const published = await publishManifest(folders.extractManifest(partition.name), manifest);
  crashPoint('extract.after-manifest');
  // Where reading was stopped, another connection of the table may have been about to attach a chunk that counts.
  if (!published.won || stopped !== null) await deps.producer.attachTransforms(data.runId, data.epoch, published.manifest.chunks);

  const bytesRead = read.sources.reduce((sum, { bytes }) => sum + bytes, 0);
  const note = `${staged.rows} rows, ${stopped === null ? `${bytesRead} bytes read` : `stopped (${stopped})`}, ${staged.names.length} chunks staged`;
  await context.note(note);
  return { rows: staged.rows, bytes: staged.bytes, note };
}

/**
 * What was read and staged; or why reading was stopped, and then nothing is said of what was read. A file that turns out to be unreadable where
 * such files are set aside is left out, and all others are read again: the chunks before are listed nowhere and count for nothing.
 */
async function readPartition(
  partition: Partition,
  source: Source,
  begin: () => StagedChunks,
  signal: AbortSignal,
): Promise<{ staged: StagedChunks; read: PartitionRead; stopped: string | null }> {
  const leftOut = new Map<string, SetAside>();
  for (;;) {
    const staged = begin();
    try {
      const read = await source.read(partition, staged, signal, leftOut);
      staged.release();
      return { staged, read, stopped: null };
    } catch (error) {
      await staged.giveUp(error);
      if (error instanceof ReadingStopped) return { staged, read: { sources: [], copiedRows: null }, stopped: error.message };
      if (!(error instanceof UnreadableFile)) throw error;
      leftOut.set(error.file, error.reason);
    }
  }
}

async function findPartition(
  data: ExtractData,
  { settings }: ExtractDeps,
  folders: RunFolders,
): Promise<{ plan: PlanManifest; partition: Partition; source: Source }> {
  const plan = await readManifest<PlanManifest>(folders.planManifest);
  const partition = plan?.partitions.find(({ name }) => name === data.partition);
  const source = partition === undefined ? undefined : openSources(settings, plan?.definition).get(partition.source);
  if (plan === undefined || partition === undefined || source === undefined)
    throw new EtlError('INTERNAL', `run ${data.runId} has no partition ${data.partition}`);
  return { plan, partition, source };
}

/**
 * False if a chunk that has not been transformed is damaged. Its transform makes a retry extract the partition again, but cannot do so
 * while the partition is still being extracted.
 */
async function areWhole(chunks: readonly string[], folders: RunFolders): Promise<boolean> {
  const isTransformed = async (chunk: string): Promise<boolean> => (await readOwnManifest(folders.partialManifest(chunk))) !== undefined;
  for (const chunk of chunks) {
    if (await isTransformed(chunk)) continue;
    try {
      const manifest = await readManifest<ChunkManifest>(folders.chunkManifest(chunk));
      if (manifest === undefined) throw new EtlError('STAGED_CORRUPT', `staged chunk ${chunk} has no manifest`);
      await verifiedPath(folders.chunks, manifest.file);
      for (const file of [manifest.malformedFile, manifest.linesFile]) if (file !== null) await verifiedPath(folders.chunks, file);
    } catch (error) {
      if (!(error instanceof EtlError)) throw error;
      // Its files go once it has been transformed, perhaps just now.
      if (!(await isTransformed(chunk))) return false;
    }
  }
  return true;
}
