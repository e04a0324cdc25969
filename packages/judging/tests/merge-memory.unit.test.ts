import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mergePartials } from '@retail-etl/judging';
import { SALES_SUMMARY } from '@retail-etl/sales';
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
