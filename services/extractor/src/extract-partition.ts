import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, type ExtractData, type StepResult } from '@retail-etl/contracts';
import { SALES_COLUMNS, SOURCE_TABLE } from '@retail-etl/sales';
import type { Producer } from '@retail-etl/queue';
import type { StepContext } from '@retail-etl/runtime';
import {
  type ChunkManifest,
  type ExtractManifest,
  type Partition,
  type PlanManifest,
  type RunFolders,
  runFolders,
  type SourceRead,
} from '@retail-etl/staging';
import { publishManifest, readManifest, readOwnManifest, removeFiles, verifiedPath } from '@retail-etl/store';
import { backpressure } from './backpressure.js';
import { ChunkWriter } from './chunk-writer.js';
import {
  RecordScanner,
  type RecordShape,
  readHeader,
  openStoreFile,
  type ReadOptions,
  type StoreFile,
  readTable,
} from '@retail-etl/reading';

export interface ExtractDeps {
  readonly dataDir: string;
  readonly postgresUrl: string;
  readonly producer: Producer;
  readonly files: Omit<ReadOptions, 'folder'>;
}

/** What an attempt has done so far, for its manifest and the dashboard. */
interface Tally {
  readonly chunks: string[];
  rows: number;
  bytes: number;
}

/** PostgreSQL writes the five columns in their order, separated by commas. */
const TABLE_SHAPE: RecordShape = {
  delimiter: ','.charCodeAt(0),
  fieldCount: SALES_COLUMNS.length,
  columnOfField: Int32Array.from(SALES_COLUMNS.keys()),
};

/**
 * Stages the rows of one partition in chunks and attaches a transform job for each as soon as it is complete. The partition
 * counts once its manifest is published; chunks of an attempt that died before are not listed and change nothing.
 */
export async function extractPartition(data: ExtractData, deps: ExtractDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  const plan = await readManifest<PlanManifest>(folders.planManifest);
  const partition = plan?.partitions.find(({ name }) => name === data.partition);
  if (plan === undefined || partition === undefined) throw new EtlError('INTERNAL', `run ${data.runId} has no partition ${data.partition}`);
  const attach = (chunks: readonly string[]): Promise<void> => deps.producer.attachTransforms(data.runId, data.epoch, chunks);

  const before = await readOwnManifest<ExtractManifest>(folders.extractManifest(partition.name));
  if (before !== undefined && (await areWhole(before.chunks, folders))) {
    await attach(before.chunks);
    return { rows: 0, note: 'already extracted' };
  }
  if (before !== undefined) await removeFiles([folders.extractManifest(partition.name)]);
  const startedAt = new Date().toISOString();
  const tally: Tally = { chunks: [], rows: 0, bytes: 0 };
  // One failing connection of the table ends the attempt for the others, too, wherever they wait.
  const givenUp = new AbortController();
  const signal = AbortSignal.any([context.signal, givenUp.signal]);
  const pressure = backpressure(folders, signal);
  const writers: ChunkWriter[] = [];
  const openWriter = (): ChunkWriter => {
    const writer = new ChunkWriter({
      folders,
      partition: partition.name,
      source: partition.source,
      params: plan.params,
      signal,
      admit: pressure.admit,
      staged: async (chunk, manifest) => {
        pressure.staged(chunk);
        tally.chunks.push(chunk);
        tally.rows += manifest.rows + manifest.malformed;
        tally.bytes += manifest.file.bytes;
        await attach([chunk]);
        await context.progress({ rows: tally.rows, bytes: tally.bytes, chunks: tally.chunks.length });
      },
    });
    writers.push(writer);
    return writer;
  };

  let read: PartitionRead;
  try {
    read = await readPartition(partition, openWriter, deps, context.signal);
  } catch (error) {
    givenUp.abort(error);
    for (const writer of writers) await writer.discard();
    throw error;
  }
  for (const writer of writers) writer.release();
  const manifest: ExtractManifest = {
    source: partition.source,
    chunks: tally.chunks,
    ...read,
    startedAt,
    finishedAt: new Date().toISOString(),
  };
  crashPoint('extract.before-manifest');
  const published = await publishManifest(folders.extractManifest(partition.name), manifest);
  crashPoint('extract.after-manifest');
  if (!published.won) await attach(published.manifest.chunks);
  const note = `${tally.rows} rows, ${read.sources.reduce((sum, source) => sum + source.bytes, 0)} bytes read, ${tally.chunks.length} chunks staged`;
  await context.note(note);
  return { rows: tally.rows, bytes: tally.bytes, note };
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
      if (manifest.malformedFile !== null) await verifiedPath(folders.chunks, manifest.malformedFile);
    } catch (error) {
      if (!(error instanceof EtlError)) throw error;
      // Its files go once it has been transformed, perhaps just now.
      if (!(await isTransformed(chunk))) return false;
    }
  }
  return true;
}

type PartitionRead = Pick<ExtractManifest, 'sources' | 'copiedRows'>;

async function readPartition(
  partition: Partition,
  openWriter: () => ChunkWriter,
  deps: ExtractDeps,
  signal: AbortSignal,
): Promise<PartitionRead> {
  if (!('files' in partition)) return extractTable(openWriter, deps.postgresUrl, signal);
  const folder = join(deps.dataDir, 'input');
  const writer = openWriter();
  const sources: SourceRead[] = [];
  for (const planned of partition.files) {
    const file = await openStoreFile(planned, { ...deps.files, folder });
    try {
      sources.push(await extractFile(file, writer, signal));
    } finally {
      await file.close();
    }
  }
  await writer.stage();
  return { sources, copiedRows: null };
}

async function extractFile(file: StoreFile, writer: ChunkWriter, signal: AbortSignal): Promise<SourceRead> {
  const { shape, bodyAt } = await readHeader(file);
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = countMalformed(writer);
  const scanner = new RecordScanner(shape, counted.sink, bodyAt);
  writer.startSegment(file.name, 1);
  let from: number | null = bodyAt;
  let isFirstPass = true;
  while (from !== null) {
    const onBytes = isFirstPass
      ? (piece: Buffer): void => {
          hash.update(piece);
          bytes += piece.length;
        }
      : undefined;
    for await (const piece of file.read(from, onBytes)) {
      signal.throwIfAborted();
      scanner.push(piece);
      if (writer.isDue) await writer.advance(scanner.records + 1);
    }
    from = scanner.finish();
    isFirstPass = false;
  }
  await file.verifyUnchanged();
  if (scanner.records === 0) throw new EtlError('SOURCE_EMPTY', `${file.name} has a header but no records`);
  return { file: file.name, rows: scanner.records, malformed: counted.count(), bytes, sha256: hash.digest('hex') };
}

async function extractTable(openWriter: () => ChunkWriter, postgresUrl: string, signal: AbortSignal): Promise<PartitionRead> {
  let rows = 0;
  let malformed = 0;
  let bytes = 0;
  const copiedRows = await readTable(
    postgresUrl,
    () => {
      const writer = openWriter();
      writer.startSegment(null, 1);
      const open = (): { scanner: RecordScanner; counted: ReturnType<typeof countMalformed> } => {
        const counted = countMalformed(writer);
        return { scanner: new RecordScanner(TABLE_SHAPE, counted.sink, 0), counted };
      };
      let current = open();
      return {
        take(text) {
          signal.throwIfAborted();
          bytes += text.length;
          current.scanner.push(text);
          return writer.isDue ? writer.advance(1) : undefined;
        },
        async endRange() {
          current.scanner.finish();
          rows += current.scanner.records;
          malformed += current.counted.count();
          current = open();
          await writer.advance(1);
        },
        end: () => writer.stage(),
      };
    },
    signal,
  );
  if (copiedRows !== rows) {
    throw new EtlError('POSTGRES_UNAVAILABLE', `table ${SOURCE_TABLE}: PostgreSQL says it copied ${copiedRows} rows, ${rows} arrived`);
  }
  if (rows === 0) throw new EtlError('SOURCE_EMPTY', `table ${SOURCE_TABLE} has no rows`);
  return { sources: [{ file: null, rows, malformed, bytes, sha256: null }], copiedRows };
}

function countMalformed(writer: ChunkWriter): { sink: ConstructorParameters<typeof RecordScanner>[1]; count: () => number } {
  let count = 0;
  return {
    sink: {
      rows: writer.rows,
      malformed(record, raw) {
        count += 1;
        writer.malformed(record, raw);
      },
    },
    count: () => count,
  };
}
