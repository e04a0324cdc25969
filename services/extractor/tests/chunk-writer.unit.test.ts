import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEngine } from '@retail-etl/duckdb';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { type ChunkManifest, createRunFolders, listStagedChunks, type RunFolders, runFolders } from '@retail-etl/staging';
import { verifiedPath } from '@retail-etl/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChunkWriter } from '../src/chunk-writer.js';
import { ROW_GROUP_ROWS } from '../../../packages/reading/dist/codec/parquet/parquet-file.js';

/** Rows of a whole chunk. */
const CHUNK_ROWS = 524_288;

let dataDir: string;
let folders: RunFolders;
let staged: Map<string, ChunkManifest>;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'chunks-'));
  folders = runFolders(dataDir, 'run');
  await createRunFolders(folders);
  staged = new Map();
});
afterEach(() => rm(dataDir, { recursive: true }));

const never = new AbortController().signal;

function openWriter(signal = never, admit: () => Promise<void> = () => Promise.resolve()): ChunkWriter {
  const writer = new ChunkWriter({
    folders,
    partition: 'table',
    source: 'online_sales',
    columns: SALES_COLUMNS,
    rules: undefined,
    params: {},
    signal,
    admit,
    announce: (chunk: string, manifest: ChunkManifest) => Promise.resolve(void staged.set(chunk, manifest)),
  });
  writer.startSegment(null, 1);
  return writer;
}

/** Appends rows whose five values are their number, from `first` on. */
function append(writer: ChunkWriter, rows: number, first = 0): void {
  for (let row = first; row < first + rows; row += 1) {
    const value = Buffer.from(String(row));
    for (const column of writer.rows.columns) column.append(value);
    writer.rows.endRow();
  }
}

async function count(): Promise<{ rows: number; sum: number }> {
  const engine = await openEngine(join(dataDir, 'spill'));
  try {
    const connection = await engine.connect();
    const reader = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER, coalesce(sum(sale_id::BIGINT), 0)::DOUBLE FROM read_parquet('${folders.chunks}/*.parquet')
       WHERE sale_id = product_id AND sale_id = sale_date`,
    );
    connection.closeSync();
    const [[rows, sum] = []] = reader.getRows() as number[][];
    return { rows: rows!, sum: sum! };
  } finally {
    engine.close();
  }
}

test('row groups are written out as they are complete, and the chunk counts once it has its manifest', async () => {
  const writer = openWriter();
  append(writer, ROW_GROUP_ROWS);
  expect(writer.isDue).toBe(true);
  await writer.advance(1);
  expect(writer.isDue).toBe(false);
  expect((await readdir(folders.chunks)).map((name) => name.split('.').at(-1))).toEqual(['parquet']);
  expect(await listStagedChunks(folders)).toEqual(new Set());
  append(writer, 10, ROW_GROUP_ROWS);
  writer.malformed(7, Buffer.from('no record'));
  await writer.finish();
  const [[chunk, manifest] = []] = [...staged];
  expect(await listStagedChunks(folders)).toEqual(new Set([chunk]));
  expect(manifest).toMatchObject({ rows: ROW_GROUP_ROWS + 10, malformed: 1 });
  for (const file of [manifest!.file, manifest!.malformedFile!]) await verifiedPath(folders.chunks, file);
  const rows = ROW_GROUP_ROWS + 10;
  expect(await count()).toEqual({ rows, sum: (rows * (rows - 1)) / 2 });
});

test('a chunk ends after as many malformed records as good ones, or of both together', async () => {
  const writer = openWriter();
  const end = async (next: number): Promise<void> => {
    expect(writer.isDue).toBe(true);
    await writer.advance(next);
    expect(writer.isDue).toBe(false);
  };
  for (let record = 1; record <= CHUNK_ROWS; record += 1) writer.malformed(record, Buffer.from('x'));
  await end(CHUNK_ROWS + 1);
  append(writer, ROW_GROUP_ROWS);
  await end(CHUNK_ROWS + ROW_GROUP_ROWS + 1);
  for (let record = 1; record <= CHUNK_ROWS - ROW_GROUP_ROWS; record += 1) writer.malformed(record, Buffer.from('x'));
  await end(2 * CHUNK_ROWS + 1);
  await writer.finish();
  expect([...staged.values()].map(({ rows, malformed }) => [rows, malformed])).toEqual([
    [0, CHUNK_ROWS],
    [ROW_GROUP_ROWS, CHUNK_ROWS - ROW_GROUP_ROWS],
  ]);
});

test('a writer after another one uses its memory again, and stages only its own rows', async () => {
  const first = openWriter();
  append(first, ROW_GROUP_ROWS + 5);
  await first.finish();
  first.release();
  await rm(folders.chunks, { recursive: true });
  await createRunFolders(folders);
  const second = openWriter();
  expect(second.rows).toBe(first.rows);
  append(second, 3);
  await second.finish();
  expect(await count()).toEqual({ rows: 3, sum: 3 });
});

test('a writer whose attempt has ended leaves nothing, whatever it is at', async () => {
  const begun = openWriter();
  append(begun, ROW_GROUP_ROWS);
  await begun.advance(1);
  await begun.discard();

  const end = async (writer: ChunkWriter, attempt: AbortController): Promise<void> => {
    attempt.abort(new Error('the attempt has ended'));
    await writer.discard();
  };

  let admit = (): void => undefined;
  const waitingAttempt = new AbortController();
  const waiting = openWriter(waitingAttempt.signal, () => new Promise((resolve) => (admit = resolve)));
  append(waiting, 10);
  const staging = waiting.finish();
  await sleep(10);
  await end(waiting, waitingAttempt);
  admit();
  await expect(staging).rejects.toThrow('the attempt has ended');

  // At every moment of staging.
  for (let turns = 0; turns < 40; turns += 1) {
    const attempt = new AbortController();
    const busy = openWriter(attempt.signal);
    append(busy, 10);
    busy.malformed(1, Buffer.from('no record'));
    const before = staged.size;
    const ended = busy.finish().then(
      () => true,
      () => false,
    );
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    await end(busy, attempt);
    const isStaged = await ended;
    // A chunk that was announced is whole; any other has left no rows.
    if (isStaged) expect(staged.size).toBe(before + 1);
    else expect(staged.size).toBe(before);
  }
  for (const { file, malformedFile } of staged.values())
    for (const each of [file, malformedFile!]) await verifiedPath(folders.chunks, each);
  const left = (await readdir(folders.chunks)).filter((name) => !name.endsWith('.json'));
  expect(left).toHaveLength(2 * staged.size);
  expect(await listStagedChunks(folders)).toEqual(new Set(staged.keys()));
});
