import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openEngine, runSql } from '@retail-etl/duckdb';
import { judgeChunk } from '@retail-etl/judging';
import { BUILT_IN } from '@retail-etl/sales';
import { RecordScanner } from '../../packages/reading/dist/codec/csv/record-scanner.js';
import { ParquetFile } from '../../packages/reading/dist/codec/parquet/parquet-file.js';
import { SharedMemory } from '../../services/transformer/dist/shared-memory.js';
import { median } from './format.mjs';
import { CSV_HEADER, writeLines } from './make-data.mjs';
import { progress } from './progress.mjs';
import { distinctSales, fileSales } from './sales-sql.mjs';

/** Store files, where no sources are declared. */
const [, STORE_SALES] = BUILT_IN.sources;

const COLUMNS = CSV_HEADER.split(',');
/** Rows of a staged chunk, and chunks at a time, as extractor and transformer have them. */
const CHUNK_ROWS = 524_288;
const CONCURRENCY = 2;

/**
 * Rows per second of strict cleaning and summing, on all processors as the transformer does it, and of bare casts and sums of the
 * same staged files; on values as shops have them and on values that hardly repeat.
 * @param {string} dir @param {number} rows @param {number} products @param {number} repeat
 */
export async function measureCleaning(dir, rows, products, repeat) {
  const kinds = [
    { values: 'ordinary', sql: fileSales(1, rows, products) },
    { values: 'distinct', sql: distinctSales(1, rows) },
  ];
  const figures = [];
  for (const { values, sql } of kinds) {
    progress(`staging ${rows} rows of ${values} values`);
    const csv = join(dir, `${values}.csv`);
    await writeLines([{ path: csv, sql }]);
    const staging = await stage(csv, dir, values);
    progress(`cleaning ${rows} rows of ${values} values`);
    const { strict, bare } = await measure(staging.chunks, dir, repeat);
    figures.push({
      values,
      strictRowsPerSecond: staging.rows / median(strict),
      bareRowsPerSecond: staging.rows / median(bare),
      scannedRowsPerSecond: staging.rows / staging.seconds,
      strict,
      bare,
      plainColumns: await plainColumns(staging.chunks[0]?.path ?? ''),
    });
  }
  return figures;
}

/** Stages a file as the extractor does. @param {string} csv @param {string} dir @param {string} values */
async function stage(csv, dir, values) {
  const file = new ParquetFile(COLUMNS);
  const shape = { delimiter: 0x2c, fieldCount: COLUMNS.length, columnOfField: Int32Array.from(COLUMNS.keys()), skipsBlankLines: true };
  const scanner = new RecordScanner(shape, { rows: file, malformed: () => undefined }, 0);
  /** @type {{ path: string, rows: number }[]} */
  const chunks = [];
  let total = 0;
  let scanSeconds = 0;
  const end = async () => {
    const { rows } = file;
    if (rows === 0) return;
    const path = join(dir, `${values}-${chunks.length}.parquet`);
    chunks.push({ path, rows });
    total += rows;
    await writeFile(path, file.finish());
  };
  for await (const piece of createReadStream(csv, { start: CSV_HEADER.length + 1, highWaterMark: 1 << 19 })) {
    const begin = performance.now();
    scanner.push(piece);
    scanSeconds += (performance.now() - begin) / 1_000;
    if (file.rows >= CHUNK_ROWS) await end();
  }
  scanner.finish();
  await end();
  return { chunks, rows: total, seconds: scanSeconds };
}

/** @param {readonly { path: string, rows: number }[]} chunks @param {string} dir @param {number} repeat */
async function measure(chunks, dir, repeat) {
  const engine = await openEngine(dir);
  /** @type {number[]} */
  const strict = [];
  /** @type {number[]} */
  const bare = [];
  for (let round = 0; round <= repeat; round += 1) {
    const strictSeconds = await forEachChunk(engine, chunks, async (connection, path, isAlone) => {
      // A path of its own each time: DuckDB keeps what it has read of a path, and may take a file that was written anew for the old one.
      const partialPath = `${path}.${round}.partial`;
      const segments = [{ file: 'store.csv', firstRow: 0, firstRecord: 1 }];
      await judgeChunk(connection, {
        source: 'store_sales',
        rowsPath: path,
        malformedPath: null,
        segments,
        rules: { model: BUILT_IN.model, source: STORE_SALES, dateFormats: [] },
        carryTexts: !isAlone,
        partialPath,
        rejectsPath: `${path}.${round}.rejects`,
      });
    });
    const bareSeconds = await forEachChunk(engine, chunks, async (connection, path) => {
      await runSql(connection, 'summing bare casts', `COPY (${bareSums(path)}) TO '${path}.${round}.bare' (FORMAT parquet)`);
    });
    // The first round brings the files into memory.
    if (round > 0) {
      strict.push(strictSeconds);
      bare.push(bareSeconds);
    }
  }
  engine.close();
  return { strict, bare };
}

/** Every column is cast, as strict cleaning has to; what is no value becomes null. @param {string} path */
function bareSums(path) {
  return `SELECT TRY_CAST(product_id AS BIGINT) AS product_id, sum(TRY_CAST(quantity AS BIGINT))::DECIMAL(38, 0) AS quantity,
      sum(TRY_CAST(sale_amount AS DECIMAL(18, 6)))::DECIMAL(38, 6) AS amount,
      count(TRY_CAST(sale_id AS BIGINT)) AS ids, count(TRY_CAST(sale_date AS DATE)) AS days
    FROM read_parquet('${path}') GROUP BY ALL`;
}

/**
 * Seconds that all chunks take, two at a time, each on a connection of its own. As in the transformer, a chunk that finds no room beside the
 * other is done once more alone: two of hardly repeating values may need more than DuckDB has.
 * @param {import('@retail-etl/duckdb').Engine} engine
 * @param {readonly { path: string }[]} chunks
 * @param {(connection: import('@retail-etl/duckdb').DuckDbConnection, path: string) => Promise<void>} action
 */
async function forEachChunk(engine, chunks, action) {
  const waiting = [...chunks];
  const memory = new SharedMemory(engine);
  const begin = performance.now();
  const work = async () => {
    for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
      const { path } = chunk;
      await memory.run(async (isAlone) => {
        const connection = await engine.connect();
        try {
          await action(connection, path, isAlone);
        } finally {
          connection.closeSync();
        }
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return (performance.now() - begin) / 1_000;
}

/** Columns that were staged without a dictionary in the first row group. @param {string} path */
async function plainColumns(path) {
  const engine = await openEngine(dirname(path));
  const connection = await engine.connect();
  const result = await connection.runAndReadAll(
    `SELECT path_in_schema FROM parquet_metadata('${path}') WHERE row_group_id = 0 AND dictionary_page_offset IS NULL ORDER BY column_id`,
  );
  const names = result.getRows().map(([name]) => String(name));
  connection.closeSync();
  engine.close();
  return names;
}
