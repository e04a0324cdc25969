import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergePartials } from '@retail-etl/judging';
import { SALES_SUMMARY, shapeOf } from '@retail-etl/sales';
import { openEngine } from '@retail-etl/duckdb';
import { expect, test } from 'vitest';

test('a merge that finds no room, neither in memory nor to spill, says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-room-'));
  const engine = await openEngine(folder);
  try {
    const connection = await engine.connect();
    const path = join(folder, 'many.parquet');
    await connection.run(
      `COPY (SELECT n AS product_id, 0::UTINYINT AS outcome, 1::DECIMAL(38, 0) AS quantity, 1::DECIMAL(38, 6) AS amount FROM range(2_000_000) t(n)) TO '${path}' (FORMAT parquet)`,
    );
    await connection.run("SET temp_directory = ''; SET memory_limit = '30MiB'");
    const merging = mergePartials(
      connection,
      [{ path, sums: 1 }],
      SALES_SUMMARY,
      join(folder, 'summary.csv'),
      new AbortController().signal,
    );
    await expect(merging).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    connection.closeSync();
  } finally {
    engine.close();
    await rm(folder, { recursive: true });
  }
});

test('sums of long texts are merged in ranges that fit into memory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'long-texts-'));
  const engine = await openEngine(folder);
  try {
    const connection = await engine.connect();
    const path = join(folder, 'long.parquet');
    await connection.run(
      `COPY (SELECT repeat(md5(n::VARCHAR), 6) || n AS product_id, 0::UTINYINT AS outcome, 1::DECIMAL(38, 0) AS quantity, 1::DECIMAL(38, 6) AS amount FROM range(600_000) t(n)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)`,
    );
    await connection.run("SET memory_limit = '72MiB'");
    const shape = shapeOf('sales_summary', ['product_id'], {
      ids: { sale: 'text', product: 'text' },
      quantityDecimals: 0,
      hasReturned: false,
      hasNegative: false,
    });
    const merged = await mergePartials(
      connection,
      [{ path, sums: 600_000 }],
      shape,
      join(folder, 'summary.csv'),
      new AbortController().signal,
    );
    expect(merged).toMatchObject({ products: 600_000, quantity: '600000' });
    connection.closeSync();
  } finally {
    engine.close();
    await rm(folder, { recursive: true });
  }
});
