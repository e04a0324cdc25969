import { SALES_COLUMNS } from '@retail-etl/sales';
import { describe, expect, test } from 'vitest';
import { builtInRules } from './built-in-rules.js';
import { withJudged } from './judged-chunk.js';

/** Rejects as files hold them, in the order of their records. */
const REJECTS = `SELECT file, record::DOUBLE, reason, ${SALES_COLUMNS.join(', ')}, raw FROM rejects ORDER BY file, record`;

describe('what is kept of a chunk', () => {
  const rows = [
    ['1', '7', '2', '1.10', '2026-01-01'],
    ['2', '7', '3', '2.25', '2026-01-01'],
    ['3', '8', '1', '5', '2026-01-01'],
    ['4', '9', '0', '5', '2026-01-01'],
    ['5', '7', '1', '5', '2025-12-31'],
    ['6', '8', '1', '5', '2025-12-30'],
  ];
  const rules = builtInRules({ from: '2026-01-01' });

  test('accepted rows are summed per product, rejected ones stay alone, skipped ones are counted', async () => {
    await withJudged(rows, { rules }, async ({ books, sums, hasRejects, select }) => {
      expect(await select('SELECT segment, outcome, product_id, row, texts, rows, quantity, amount FROM partial ORDER BY 2, 3')).toEqual([
        [0, 0, '7', null, null, '2', '5', '3.350000'],
        [0, 0, '8', null, null, '1', '1', '5.000000'],
        [0, 9, null, '3', rows[3], '1', '0', '5.000000'],
        [0, 12, null, null, null, '2', '2', '10.000000'],
      ]);
      const counts = { rowsRead: 6, rowsAccepted: 3, rowsRejected: 1, rowsSkipped: 2 };
      expect(books).toEqual([
        { file: 'a.csv', ...counts, rejectsByReason: { non_positive_quantity: 1 }, quantity: '6', amount: '8.350000' },
      ]);
      expect({ sums, hasRejects }).toEqual({ sums: 2, hasRejects: true });
    });
  });

  test('without rejected rows there is no file of rejects', async () => {
    await withJudged(rows.toSpliced(3, 1), { rules }, async ({ books, hasRejects, select }) => {
      expect(books).toMatchObject([{ rowsRead: 5, rowsRejected: 0, rejectsByReason: {} }]);
      expect(hasRejects).toBe(false);
      await expect(select('SELECT * FROM rejects')).rejects.toThrow('No files found');
    });
  });

  // What other versions of a service, and merges of several chunks, rely on.
  test.each([true, false])('columns have their types, whatever is in them (texts carried: %s)', async (carryTexts) => {
    const table = { source: 'online_sales' as const, segments: [{ file: null, firstRow: 0, firstRecord: 1 }] };
    await withJudged(rows, { ...table, rules, carryTexts }, async ({ select }) => {
      const types = async (file: string): Promise<unknown> =>
        Object.fromEntries((await select(`SELECT column_name, column_type FROM (DESCRIBE FROM ${file})`)) as [string, string][]);
      expect(await types('partial')).toEqual({
        segment: 'INTEGER',
        outcome: 'UTINYINT',
        product_id: 'BIGINT',
        row: 'BIGINT',
        texts: 'VARCHAR[]',
        rows: 'BIGINT',
        quantity: 'DECIMAL(38,0)',
        amount: 'DECIMAL(38,6)',
      });
      const texts = Object.fromEntries(['source', 'file', 'reason', ...SALES_COLUMNS, 'raw'].map((column) => [column, 'VARCHAR']));
      expect(await types('rejects')).toEqual({ ...texts, record: 'BIGINT', lines: 'INTEGER' });
      // A row of a table has no number that would lead back to it.
      expect(await select('SELECT source, file, record, sale_id, lines FROM rejects')).toEqual([['online_sales', null, null, '4', null]]);
    });
  });

  test('row groups are of some 20,000 rows, because each thread holds one while it writes', async () => {
    // So many that of up to four threads one fills a row group at least.
    const many =
      "SELECT 'x' || n AS sale_id, '1' AS product_id, '2' AS quantity, '3' AS sale_amount, '2026-01-01' AS sale_date FROM range(120_000) t(n)";
    await withJudged(many, {}, async ({ select }) => {
      for (const file of ['partial', 'rejects']) {
        const [[largest] = []] = await select(`SELECT max(row_group_num_rows)::INTEGER FROM parquet_metadata(${file})`);
        expect(largest).toBeGreaterThanOrEqual(20_480);
        expect(largest).toBeLessThan(20_480 + 2_048);
      }
    });
  });

  test('texts of up to 256 bytes together are carried along, of rejected rows alone', async () => {
    const withId = (id: string): string[] => [id, '1', '2', '3', '2026-01-01'];
    const exact = [withId(`${'é'.repeat(121)}x`), withId('é'.repeat(122))];
    await withJudged([withId('1'), ...exact], {}, async ({ select }) => {
      expect(await select('SELECT row, texts FROM partial ORDER BY row NULLS FIRST')).toEqual([
        [null, null],
        ['1', exact[0]],
        ['2', null],
      ]);
      expect(await select('SELECT sale_id FROM rejects ORDER BY record')).toEqual(exact.map(([id]) => [id]));
    });
  });
});

describe('rejects', () => {
  test.each([true, false])(
    'keep their texts and numbers, short and long ones, missing and empty ones (carried: %s)',
    async (carryTexts) => {
      const long = 'é'.repeat(200);
      const rows = [
        ['1', '7', '2', '1.10', '2026-01-01'],
        ['2', '7', '0', '5', '2026-01-01'],
        ['3', long, '1', '5', '2026-01-01'],
        ['4', '7', '1', '2.20', '2026-01-02'],
        ['5', null, '1', '5', ''],
        ['6', '8', long, '5', '2026-01-01'],
      ];
      const segments = [
        // Its numbers leave 32 bits within the segment.
        { file: 'a.csv', firstRow: 0, firstRecord: 2 ** 31 },
        // The second file begins with the third row.
        { file: 'b.csv', firstRow: 2, firstRecord: 1 },
      ];
      await withJudged(rows, { segments, carryTexts }, async ({ books, sums, select }) => {
        // Product 7 in each of the files.
        expect(sums).toBe(2);
        expect(books.map(({ rowsRead, rowsRejected, amount }) => [rowsRead, rowsRejected, amount])).toEqual([
          [2, 1, '1.100000'],
          [4, 3, '2.200000'],
        ]);
        expect(await select(REJECTS)).toEqual([
          ['a.csv', 2 ** 31 + 1, 'non_positive_quantity', '2', '7', '0', '5', '2026-01-01', null],
          ['b.csv', 1, 'invalid_product_id', '3', long, '1', '5', '2026-01-01', null],
          ['b.csv', 3, 'missing_value', '5', null, '1', '5', '', null],
          ['b.csv', 4, 'invalid_quantity', '6', '8', long, '5', '2026-01-01', null],
        ]);
      });
    },
  );

  test('are numbered on from where the chunk begins in its file', async () => {
    const bad = ['1', '2', '0', '4', '2026-01-01'];
    const segments = [{ file: 'a.csv', firstRow: 0, firstRecord: 11 }];
    await withJudged([bad, bad.with(2, '3'), bad], { segments }, async ({ select }) => {
      expect(await select('SELECT record FROM rejects ORDER BY 1')).toEqual([['11'], ['13']]);
    });
  });

  test('are numbered past malformed rows, wherever these stand', async () => {
    const bad = ['1', '2', '0', '4', '2026-01-01'];
    // Records of a.csv: 1, two malformed ones, 4 to 12, a malformed one, 14. Then those of b.csv: a malformed one, one more, a malformed one.
    const first = 2 ** 31;
    const segments = [
      { file: 'a.csv', firstRow: 0, firstRecord: 1 },
      { file: 'b.csv', firstRow: 11, firstRecord: first },
    ];
    const malformed = [
      { segment: 0, rowsBefore: 1, record: 2, raw: 'a;2' },
      { segment: 0, rowsBefore: 1, record: 3, raw: 'a;3' },
      { segment: 0, rowsBefore: 10, record: 13, raw: 'a;13' },
      { segment: 1, rowsBefore: 11, record: first, raw: 'b;0' },
      { segment: 1, rowsBefore: 12, record: first + 2, raw: 'b;2' },
    ];
    await withJudged(
      Array.from({ length: 12 }, () => bad),
      { segments, malformed },
      async ({ books, select }) => {
        expect(books.map(({ file, rowsRead, rejectsByReason }) => [file, rowsRead, rejectsByReason])).toEqual([
          ['a.csv', 14, { malformed_row: 3, non_positive_quantity: 11 }],
          ['b.csv', 3, { malformed_row: 2, non_positive_quantity: 1 }],
        ]);
        const numbered = (await select(REJECTS)).map((row) => [row[0], row[1], row.at(-1)]);
        expect(numbered).toEqual([
          ...Array.from({ length: 14 }, (_, index) => ['a.csv', index + 1, [2, 3, 13].includes(index + 1) ? `a;${index + 1}` : null]),
          ['b.csv', first, 'b;0'],
          ['b.csv', first + 1, null],
          ['b.csv', first + 2, 'b;2'],
        ]);
      },
    );
  });

  test.each([true, false])(
    'say how many lines their record spans, and books how many the longest does (texts carried: %s)',
    async (carryTexts) => {
      const bad = ['1', '2', '0', '4', '2026-01-01'];
      const segments = [
        { file: 'a.csv', firstRow: 0, firstRecord: 1 },
        { file: 'b.csv', firstRow: 2, firstRecord: 1 },
        { file: 'c.csv', firstRow: 5, firstRecord: 1 },
      ];
      const malformed = [
        { segment: 0, rowsBefore: 2, record: 3, lines: 4, raw: 'a;3' },
        { segment: 1, rowsBefore: 5, record: 4, lines: 2, raw: 'b;4' },
      ];
      // The first row of the second file, which begins where the segment does, is an accepted one.
      const rows = [bad, bad, bad.with(2, '3'), bad, bad, bad];
      const multiLine = [
        [1, 3],
        [2, 12],
        [3, 5],
      ] as const;
      await withJudged(rows, { segments, malformed, multiLine, carryTexts }, async ({ books, select }) => {
        expect(books.map(({ file, longestRecordLines }) => [file, longestRecordLines])).toEqual([
          ['a.csv', 4],
          ['b.csv', 12],
          ['c.csv', undefined],
        ]);
        expect(await select('SELECT file, record, lines FROM rejects ORDER BY 1, 2')).toEqual([
          ['a.csv', '1', 1],
          ['a.csv', '2', 3],
          ['a.csv', '3', 4],
          ['b.csv', '2', 5],
          ['b.csv', '3', 1],
          ['b.csv', '4', 2],
          ['c.csv', '1', 1],
        ]);
      });
    },
  );

  test('are of one line where no record of the chunk has more', async () => {
    await withJudged([['1', '2', '0', '4', '2026-01-01']], {}, async ({ select }) => {
      expect(await select('SELECT lines FROM rejects')).toEqual([[1]]);
    });
  });

  test('of nothing but malformed rows have the columns of all others', async () => {
    const malformed = ['a;b', 'c'].map((raw, index) => ({ segment: 0, rowsBefore: 0, record: index + 1, lines: [1, 12][index]!, raw }));
    await withJudged([], { malformed }, async ({ books, sums, select }) => {
      expect(sums).toBe(0);
      const counts = { rowsRead: 2, rowsAccepted: 0, rowsRejected: 2, rowsSkipped: 0 };
      expect(books).toEqual([
        { file: 'a.csv', ...counts, rejectsByReason: { malformed_row: 2 }, quantity: '0', amount: '0.000000', longestRecordLines: 12 },
      ]);
      expect(await select('SELECT record, reason, raw, typeof(sale_date), lines FROM rejects ORDER BY 1')).toEqual([
        ['1', 'malformed_row', 'a;b', 'VARCHAR', 1],
        ['2', 'malformed_row', 'c', 'VARCHAR', 12],
      ]);
    });
  });
});
