import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@retail-etl/duckdb';
import { judgeChunk } from '@retail-etl/judging';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { expect, test } from 'vitest';
import { ParquetFile } from '../../../packages/reading/dist/codec/parquet/parquet-file.js';
import { builtInRules } from '../../../packages/judging/tests/built-in-rules.js';
import { SharedMemory } from '../src/shared-memory.js';

const ROWS = 524_288;
const HALF = ROWS / 2;

const SEGMENTS = {
  table: [{ file: null, firstRow: 0, firstRecord: 1 }],
  files: [
    { file: 'a.csv', firstRow: 0, firstRecord: 1 },
    { file: 'b.csv', firstRow: HALF, firstRecord: 1 },
  ],
};

/** Rows whose every value is the same text, unique to the row and of no column's type. */
async function writeRows(path: string): Promise<void> {
  const parquet = new ParquetFile(SALES_COLUMNS);
  const file = await open(path, 'wx');
  for (let row = 0; row < ROWS; row += 1) {
    for (const column of parquet.columns) column.append(Buffer.from(`no value ${row * 7919}`));
    parquet.endRow();
    if (parquet.hasBuilt) await file.write(parquet.take());
  }
  await file.write(parquet.finish());
  await file.close();
}

async function rejectAll(
  engine: Engine,
  rowsPath: string,
  rejectsPath: string,
  kind: keyof typeof SEGMENTS,
  isAlone: boolean,
): Promise<void> {
  const connection = await engine.connect();
  const chunk = {
    source: 'store_sales' as const,
    rowsPath,
    malformedPath: null,
    segments: SEGMENTS[kind],
    rules: builtInRules(),
    carryTexts: !isAlone,
    partialPath: `${rejectsPath}-partial`,
    rejectsPath,
  };
  const { books } = await judgeChunk(connection, chunk).finally(() => connection.closeSync());
  expect(books.reduce((sum, { rowsRejected }) => sum + rowsRejected, 0)).toBe(ROWS);
}

/** Rows are in their order in neither, so their numbers are counted, too: each of 0 to 524,287 once. */
async function expectAllRejected(engine: Engine, rejectsPath: string): Promise<void> {
  const connection = await engine.connect();
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER, sum(replace(sale_id, 'no value ', '')::BIGINT // 7919)::DOUBLE,
       count(*) FILTER (sale_id = sale_date AND sale_id = quantity)::INTEGER,
       count(*) FILTER (file IS NULL OR sale_id = 'no value ' || ((record - 1 + CASE file WHEN 'b.csv' THEN ${HALF} ELSE 0 END) * 7919))::INTEGER
     FROM read_parquet('${rejectsPath}') WHERE reason = 'invalid_sale_id'`,
  );
  connection.closeSync();
  expect(reader.getRows()).toEqual([[ROWS, (ROWS * (ROWS - 1)) / 2, ROWS, ROWS]]);
}

test('whole chunks of nothing but rejects, two at once, in files and in the table', { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-rejects-'));
  const engine = await openEngine(dir);
  try {
    const rowsPath = join(dir, 'rows.parquet');
    await writeRows(rowsPath);
    const memory = new SharedMemory(engine);
    for (const kinds of [['table', 'table'] as const, ['files', 'table'] as const]) {
      const paths = [...kinds.keys()].map((index) => join(dir, `${kinds.join('-')}-${index}`));
      await Promise.all(kinds.map((kind, index) => memory.run((isAlone) => rejectAll(engine, rowsPath, paths[index]!, kind, isAlone))));
      for (const path of paths) await expectAllRejected(engine, path);
    }
  } finally {
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
});
