import { join } from 'node:path';
import { type ChunkToJudge, goodRowBytes, judgeChunk, type Rules } from '@retail-etl/judging';
import { type Engine, withDuckDb } from '@retail-etl/duckdb';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, newAttemptToken, type StepResult, type TransformData } from '@retail-etl/contracts';
import { refuseSettingsBeside } from '@retail-etl/config';
import { BUILT_IN, type SourceDefinition } from '@retail-etl/sales';
import { advanceState } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import {
  type ChunkManifest,
  forgetPartitions,
  KEPT_FORMAT,
  type PartialBooks,
  type PartialManifest,
  type RunFolders,
  runFolders,
  publishManifest,
  readManifest,
  readOwnManifest,
} from '@retail-etl/staging';
import { type CheckedFile, describeFile, removeFiles, verifiedPath } from '@retail-etl/store';

export interface TransformDeps {
  readonly dataDir: string;
  readonly database: Database;
  readonly engine: Engine;
  readonly csvDateFormats: readonly string[];
  /** 0 to 1. */
  readonly maxRejectRatio: number;
  /** Names of settings that are refused beside a declaration. */
  readonly builtInSettings: readonly string[];
}

/**
 * Cleans and sums one staged chunk. The first complete attempt counts; the chunk's files go once its partial is there. `isSparing`: takes
 * longer, where the chunk found no room otherwise.
 */
export async function transformChunk(
  data: TransformData,
  deps: TransformDeps,
  context: StepContext,
  isSparing: boolean,
): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  const isDone = async (): Promise<boolean> => (await readOwnManifest(folders.partialManifest(data.chunk))) !== undefined;
  if (await isDone()) {
    // The attempt that made the partial may have died before it removed what was staged, which counts against the cap.
    await removeFiles(stagedFiles(folders, data.chunk));
    return { rows: 0, note: 'already transformed' };
  }
  try {
    const [chunk] = await Promise.all([
      readManifest<ChunkManifest>(folders.chunkManifest(data.chunk)),
      advanceState(deps.database, data.runId, data.epoch, 'transforming'),
    ]);
    if (chunk === undefined) throw new EtlError('STAGED_CORRUPT', `staged chunk ${data.chunk} has no manifest`);
    return await transform(data.chunk, chunk, folders, deps, context, isSparing);
  } catch (error) {
    // Another worker with the same job was faster and has removed the staged files.
    if (await isDone()) return { rows: 0, note: 'already transformed' };
    if (error instanceof EtlError && (error.code === 'STAGED_CORRUPT' || error.code === 'BOOKS_UNBALANCED'))
      await forgetPartitions(folders, [data.chunk]);
    throw error;
  }
}

async function transform(
  name: string,
  chunk: ChunkManifest,
  folders: RunFolders,
  deps: TransformDeps,
  context: StepContext,
  isSparing: boolean,
): Promise<StepResult> {
  const startedAt = new Date().toISOString();
  const output = `${name}-${newAttemptToken()}.parquet`;
  const partialPath = join(folders.partials, output);
  const rejectsPath = join(folders.rejects, output);
  let isPublished = false;
  try {
    const { rules, source } = rulesOf(chunk, deps);
    const staged: ChunkToJudge = {
      source: chunk.source,
      rowsPath: await verifiedPath(folders.chunks, chunk.file),
      malformedPath: await pathIfAny(folders, chunk.malformedFile),
      linesPath: await pathIfAny(folders, chunk.linesFile),
      segments: chunk.segments,
      rules,
      carryTexts: !isSparing,
      partialPath,
      rejectsPath,
    };
    const { books, sums, hasRejects } = await withDuckDb(deps.engine, context.signal, (connection) => judgeChunk(connection, staged));
    context.signal.throwIfAborted();
    const [rows, rejected] = [sumOf(books, 'rowsRead'), sumOf(books, 'rowsRejected')];
    if (rows !== chunk.rows + chunk.malformed) {
      throw new EtlError('BOOKS_UNBALANCED', `chunk ${name}: ${chunk.rows + chunk.malformed} rows were staged, ${rows} were transformed`);
    }
    crashPoint('transform.after-partial-file');
    const manifest: PartialManifest = {
      keptFormat: KEPT_FORMAT,
      source: chunk.source,
      rejectLimit: { ratio: source.maxRejectRatio ?? deps.maxRejectRatio, goodRowBytes: goodRowBytes(rules, source) },
      books,
      file: await describeFile(folders.partials, output),
      sums,
      dateFormats: rules.dateFormats,
      rejectsFile: hasRejects ? output : null,
      startedAt,
      finishedAt: new Date().toISOString(),
    };
    const { won } = await publishManifest(folders.partialManifest(name), manifest);
    isPublished = won;
    crashPoint('transform.after-manifest');
    if (!won) await removeFiles([partialPath, rejectsPath]);
    await removeFiles(stagedFiles(folders, name));
    crashPoint('transform.after-removal');
    const note = `${rows} rows: ${rejected} rejected`;
    await context.note(note);
    return { rows, note };
  } catch (error) {
    // What a published manifest names has to stay, whatever failed after it.
    if (!isPublished) await removeFiles([partialPath, rejectsPath]).catch(() => undefined);
    throw error;
  }
}

function sumOf(books: readonly PartialBooks[], what: 'rowsRead' | 'rowsRejected'): number {
  return books.reduce((sum, each) => sum + each[what], 0);
}

/** What a chunk's rows are judged by: as declared when the run was planned, or as the settings say. */
function rulesOf(chunk: ChunkManifest, deps: TransformDeps): { rules: Rules; source: SourceDefinition } {
  const { rules: declared, params } = chunk;
  if (declared !== undefined) {
    refuseSettingsBeside(deps.builtInSettings);
    const { model, source, hasCells } = declared;
    return { rules: { model, source, hasCells, dateFormats: [], ...params }, source };
  }
  const source = BUILT_IN.sources.find(({ name }) => name === chunk.source);
  if (source === undefined) throw new EtlError('INTERNAL', `there is no source ${chunk.source}`);
  const dateFormats = source.dates.takesOthers ? deps.csvDateFormats : [];
  return { rules: { model: BUILT_IN.model, source, dateFormats, ...params }, source };
}

/** The checked path of a file that only some chunks have. */
async function pathIfAny(folders: RunFolders, file: CheckedFile | null): Promise<string | null> {
  return file === null ? null : verifiedPath(folders.chunks, file);
}

function stagedFiles(folders: RunFolders, chunk: string): string[] {
  return ['parquet', 'malformed', 'lines'].map((kind) => join(folders.chunks, `${chunk}.${kind}`));
}
