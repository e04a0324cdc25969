import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@retail-etl/duckdb';
import { judgeChunk } from '@retail-etl/judging';
import { SALES_COLUMNS } from '@retail-etl/sales';
import { expect, test } from 'vitest';

test.each([true, false])(
  'rejects keep their texts and record numbers, short and long ones, missing and empty ones (carried: %s)',
  async (carryTexts) => {
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
        // Its numbers leave 32 bits within the segment.
        { file: 'a.csv', firstRow: 0, firstRecord: 2 ** 31 },
        { file: 'b.csv', firstRow: 2, firstRecord: 1 },
      ];
      const chunk = {
        source: 'store_sales' as const,
        rowsPath,
        malformedPath: null,
        segments,
        rules: { dateFormats: [] },
        carryTexts,
        partialPath: join(dir, 'partial'),
        rejectsPath,
      };
      const { books, sums } = await judgeChunk(connection, chunk);
      // Product 7 in each of the files.
      expect(sums).toBe(2);
      expect(books.map(({ rowsRead, rowsRejected, amount }) => [rowsRead, rowsRejected, amount])).toEqual([
        [2, 1, '1.100000'],
        [4, 3, '2.200000'],
      ]);
      const kept = await connection.runAndReadAll(
        `SELECT file, record::DOUBLE, reason, sale_id, product_id, quantity, sale_amount, sale_date FROM read_parquet('${rejectsPath}') ORDER BY sale_id`,
      );
      expect(kept.getRows()).toEqual([
        ['a.csv', 2 ** 31 + 1, 'non_positive_quantity', '2', '7', '0', '5', '2026-01-01'],
        ['b.csv', 1, 'invalid_product_id', '3', long, '1', '5', '2026-01-01'],
        ['b.csv', 3, 'missing_value', '5', null, '1', '5', ''],
        ['b.csv', 4, 'invalid_quantity', '6', '8', long, '5', '2026-01-01'],
      ]);
      connection.closeSync();
    } finally {
      engine.close();
      await rm(dir, { recursive: true, force: true });
    }
  },
);

test('a chunk of nothing but malformed rows gives rejects in the columns of all others', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'retail-etl-malformed-'));
  const engine = await openEngine(dir);
  try {
    const connection = await engine.connect();
    const [rowsPath, malformedPath] = [join(dir, 'rows.parquet'), join(dir, 'rows.malformed')];
    await connection.run(
      `COPY (SELECT ${SALES_COLUMNS.map((column) => `'' AS ${column}`).join(', ')} WHERE FALSE) TO '${rowsPath}' (FORMAT parquet)`,
    );
    await connection.run(
      `COPY (SELECT * FROM (VALUES ('0', '0', '1', '1', 'a;b'), ('0', '0', '2', '12', 'c')) AS v(segment, rows_before, record, lines, raw)) TO '${malformedPath}' (FORMAT parquet)`,
    );
    const rejectsPath = join(dir, 'rejects.parquet');
    const segments = [{ file: 'a.csv', firstRow: 0, firstRecord: 1 }];
    const paths = { rowsPath, malformedPath, partialPath: join(dir, 'partial'), rejectsPath };
    const { books, sums } = await judgeChunk(connection, {
      source: 'store_sales',
      ...paths,
      segments,
      rules: { dateFormats: [] },
      carryTexts: true,
    });
    expect(sums).toBe(0);
    expect(books).toMatchObject([
      { file: 'a.csv', rowsRead: 2, rowsAccepted: 0, rejectsByReason: { malformed_row: 2 }, quantity: '0', longestRecordLines: 12 },
    ]);
    const kept = await connection.runAndReadAll(
      `SELECT record::INTEGER, reason, raw, typeof(sale_date), lines FROM '${rejectsPath}' ORDER BY 1`,
    );
    expect(kept.getRows()).toEqual([
      [1, 'malformed_row', 'a;b', 'VARCHAR', 1],
      [2, 'malformed_row', 'c', 'VARCHAR', 12],
    ]);
    connection.closeSync();
  } finally {
    engine.close();
    await rm(dir, { recursive: true, force: true });
  }
});
