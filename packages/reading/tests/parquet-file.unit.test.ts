import { ParquetFile, ROW_GROUP_ROWS } from '../src/codec/parquet/parquet-file.js';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

/** Writes `rows` values of one column and has DuckDB tell how many differ from `expected`, an SQL expression of the row's number. */
async function writeAndCount(
  file: ParquetFile,
  rows: number,
  value: (row: number) => string,
  expected: string,
): Promise<{ rows: number; wrong: number }> {
  const pieces: Buffer[] = [];
  for (let row = 0; row < rows; row += 1) {
    file.columns[0]!.append(Buffer.from(value(row)));
    file.endRow();
    if (row % 1_000 === 0) file.limitRowGroup();
    // A copy: the builder uses the memory again.
    if (row % 3_000 === 0 && file.hasBuilt) pieces.push(Buffer.from(file.take()));
  }
  const path = join(folder, `${(files += 1)}.parquet`);
  await writeFile(path, Buffer.concat([...pieces, file.finish()]));
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER, count(*) FILTER (v IS DISTINCT FROM ${expected})::INTEGER
     FROM (SELECT v, file_row_number AS n FROM read_parquet('${path}', file_row_number = true))`,
  );
  const [[found, wrong] = []] = reader.getRows() as number[][];
  return { rows: found!, wrong: wrong! };
}

// A dictionary index takes one byte to 256 values and two above; columns of more than 16,384 values have no dictionary.
test.each([1, 2, 255, 256, 257, 8_191, 16_383, 16_384, 16_385, 100_000])('%d distinct values over two row groups', async (distinct) => {
  const rows = ROW_GROUP_ROWS + 1_001;
  const file = new ParquetFile(['v']);
  const counted = await writeAndCount(file, rows, (row) => `v${(row * 7) % distinct}`, `'v' || ((n * 7) % ${distinct})`);
  expect(counted).toEqual({ rows, wrong: 0 });
});

test.each([0, 1, 7, 8, 9, 63, 64, 65])('%d rows', async (rows) => {
  expect(await writeAndCount(new ParquetFile(['v']), rows, String, 'n::VARCHAR')).toEqual({ rows, wrong: 0 });
});

test('values of one byte to one MiB in row groups that end by their size, and a builder used again', async () => {
  const file = new ParquetFile(['v']);
  for (const letter of ['a', 'b']) {
    const counted = await writeAndCount(
      file,
      2_500,
      (row) => letter.repeat(1 + ((row * 7_919) % 20_000)),
      `repeat('${letter}', (1 + (n * 7919) % 20000)::INTEGER)`,
    );
    expect(counted).toEqual({ rows: 2_500, wrong: 0 });
    expect(file.rows).toBe(0);
  }
  expect(await writeAndCount(file, 3, () => 'é'.repeat(1 << 19), "repeat('é', 524288)")).toEqual({ rows: 3, wrong: 0 });
});

test('empty texts are texts, not missing', async () => {
  expect(await writeAndCount(new ParquetFile(['v']), 20, () => '', "''")).toEqual({ rows: 20, wrong: 0 });
});
