import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import { streamRejects } from '@retail-etl/judging';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rejects-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

type Cells = readonly (string | null)[];

const row = (source: string, file: string | null, record: string | null, saleId: string | null): Cells => [
  source,
  file,
  record,
  'invalid_date',
  saleId,
  '7',
  '1',
  '2.00',
  'x',
  null,
  // As many lines as its record has a number of, so that none looks like another.
  record,
];

/** In the order in which they are to be read. */
const ROWS = [
  ...['-5000000000', '9', '30', '5000000000'].map((saleId) => row('online_sales', null, null, saleId)),
  row('online_sales', null, null, 'no number'),
  ...['1', '2', '9', '10', '5000000000'].map((record) => row('store_sales', 'a.csv', record, '1')),
  row('store_sales', 'b.csv', '1', null),
];

/** Writes rejects as judging does, in a file each for those at even and at odd places; returns their paths. */
async function write(rows: readonly Cells[], columns: string): Promise<string[]> {
  const halves = [0, 1].map((half) => rows.filter((_, index) => index % 2 === half).reverse());
  const paths = [];
  for (const [index, half] of halves.entries()) {
    const values = half.map((cells) => `(${cells.map((cell) => (cell === null ? 'NULL::VARCHAR' : `'${cell}'`)).join(', ')})`);
    const names = `source, file, record, reason, ${SALES_COLUMNS.join(', ')}, raw, lines`;
    const path = join(folder, `rejects-${paths.length}-${index}.parquet`);
    await connection.run(`COPY (SELECT ${columns} FROM (VALUES ${values.join(', ')}) AS v(${names})) TO '${path}' (FORMAT parquet)`);
    paths.push(path);
  }
  return paths;
}

async function read(files: Parameters<typeof streamRejects>[1], limit?: number): Promise<Cells[]> {
  const rows = [];
  for await (const batch of streamRejects(connection, files, limit)) rows.push(...batch);
  return rows;
}

test('rejects come by source, file, record and sale, numbers as numbers', async () => {
  const paths = await write(ROWS, '* REPLACE (record::BIGINT AS record, lines::BIGINT AS lines)');
  expect(await read({ paths, haveSource: true, haveLines: true })).toEqual(ROWS);
  expect(await read({ paths, haveSource: true, haveLines: true }, 3)).toEqual(ROWS.slice(0, 3));
});

test('older rejects have the source that their file tells, and no lines', async () => {
  const paths = await write(ROWS, '* EXCLUDE (source, lines) REPLACE (record::BIGINT AS record)');
  const withoutLines = ROWS.map((cells) => [...cells.slice(0, -1), null]);
  expect(await read({ paths, haveSource: false, haveLines: false })).toEqual(withoutLines);
});

test('a run without rejects has none to read', async () => {
  expect(await read({ paths: [], haveSource: true, haveLines: true })).toEqual([]);
});
