import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine, transformChunk } from '@retail-etl/columnar';
import { expect, test } from 'vitest';

test('rejects keep their texts and record numbers, short and long ones, missing and empty ones', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-chunk-'));
  const engine = await openEngine(dir);
  try {
    const connection = await engine.connect();
    const long = 'é'.repeat(200);
    const rowsPath = join(dir, 'rows.parquet');
    await connection.run(
      `COPY (SELECT * FROM (VALUES
         ('1', '7', '2', '1.10', '2026-01-01'), ('2', '7', '0', '5', '2026-01-01'), ('3', '${long}', '1', '5', '2026-01-01'),
         ('4', '7', '1', '2.20', '2026-01-02'), ('5', NULL, '1', '5', ''), ('6', '8', '${long}', '5', '2026-01-01'))
         AS v(sale_id, product_id, quantity, sale_amount, sale_date)) TO '${rowsPath}' (FORMAT parquet)`,
    );
    const rejectsPath = join(dir, 'rejects.parquet');
    // Two files in the chunk, the second from its third row on.
    const segments = [
      { file: 'a.csv', firstRow: 0, firstRecord: 1 },
      { file: 'b.csv', firstRow: 2, firstRecord: 1 },
    ];
    const chunk = { rowsPath, malformedPath: null, segments, rules: { dateFormats: [] }, partialPath: join(dir, 'partial'), rejectsPath };
    const { books } = await transformChunk(connection, chunk);
    expect(books.map(({ rowsRead, rowsRejected, amount }) => [rowsRead, rowsRejected, amount])).toEqual([
      [2, 1, '1.100000'],
      [4, 3, '2.200000'],
    ]);
    const kept = await connection.runAndReadAll(
      `SELECT file, record::INTEGER, reason, sale_id, product_id, quantity, sale_amount, sale_date FROM read_parquet('${rejectsPath}') ORDER BY sale_id`,
    );
    expect(kept.getRows()).toEqual([
      ['a.csv', 2, 'non_positive_quantity', '2', '7', '0', '5', '2026-01-01'],
      ['b.csv', 1, 'invalid_product_id', '3', long, '1', '5', '2026-01-01'],
      ['b.csv', 3, 'missing_value', '5', null, '1', '5', ''],
      ['b.csv', 4, 'invalid_quantity', '6', '8', long, '5', '2026-01-01'],
    ]);
    connection.closeSync();
  } finally {
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
});
