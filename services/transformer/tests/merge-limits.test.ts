import type { PartialBooks } from '@retail-etl/staging';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { booksOf, filesExtract, readOf, tableExtract } from './books.js';
import { CHUNKS, EXTRACTS, SUMMARY_CSV, withChunk } from './sample-chunks.js';
import { type StagedChunk, StagedRun } from './staged-run.js';

let staged: StagedRun;
beforeAll(async () => {
  staged = await StagedRun.open();
});
afterAll(() => staged.close());

/** A merge that is refused leaves what was staged, so that a retry need not begin with the sources, and no summary. */
async function expectRefused(options: Parameters<StagedRun['merge']>[0], error: { code: string; message: string }): Promise<void> {
  const before = await staged.files();
  await expect(staged.merge(options)).rejects.toMatchObject(error);
  expect(await staged.files()).toEqual(before);
  expect(staged.notes).toEqual([]);
}

/** One row of the table for each product. */
async function stageTable(sums: StagedChunk['sums'], quantity: string, amount: string): Promise<void> {
  const figures = { rowsRead: sums.length, rowsAccepted: sums.length, quantity, amount };
  await staged.stage({ table: tableExtract(sums.length) }, [{ ...CHUNKS[0]!, sums, figures }]);
}

test('as many rejects as allowed pass, one more in a source does not, all its files together', async () => {
  await staged.stage(EXTRACTS, CHUNKS);
  // Two of the nine rows of the stores, though two of the five of a.csv and two of all eleven.
  await expectRefused(
    { maxRejectRatio: 0.2222 },
    {
      code: 'REJECT_RATIO',
      message: 'store_sales: 2 of 9 rows were rejected (0.2222, allowed 0.2222): a.csv 2 of 5 (malformed_row 1, invalid_date 1)',
    },
  );
  const { findings } = await staged.now();
  expect(findings).toMatchObject({ totals: { rowsRejected: 2, rowsRead: 11 }, stages: [{ name: 'extract' }, { name: 'transform' }] });
  expect(findings.sources).toHaveLength(3);
  // A retry with a higher limit goes on from here.
  expect(await staged.merge({ maxRejectRatio: 2 / 9 })).toMatchObject({ rows: 3 });
});

test.each([
  [0.25, true],
  [0.2499, false],
  [0, false],
])('with one of four rows rejected and %d allowed, the run passes: %s', async (maxRejectRatio, passes) => {
  const figures = { rowsRead: 4, rowsAccepted: 3, rowsRejected: 1, rejectsByReason: { invalid_date: 1 }, quantity: '30', amount: '0.002' };
  await staged.stage({ store: filesExtract(readOf('b.csv', 4)) }, [{ ...CHUNKS[2]!, figures }]);
  if (passes) expect(await staged.merge({ maxRejectRatio })).toMatchObject({ rows: 1 });
  else await expectRefused({ maxRejectRatio }, { code: 'REJECT_RATIO', message: expect.stringContaining('1 of 4 rows') as string });
});

test.each([
  ['in one chunk', [{ alone: '12/31/2026', passedOver: '03/04/2026' }], true],
  [
    'in two chunks',
    [
      { alone: '12/31/2026', passedOver: null },
      { alone: null, passedOver: '03/04/2026' },
    ],
    true,
  ],
  [
    'in two chunks, the other way round',
    [
      { alone: null, passedOver: '03/04/2026' },
      { alone: '12/31/2026', passedOver: null },
    ],
    true,
  ],
  ['but by the first pattern alone', [{ alone: null, passedOver: '03/04/2026' }], false],
  ['but by the second pattern alone', [{ alone: '12/31/2026', passedOver: null }], false],
] as const)('a file whose dates are of two forms %s is refused by name', async (_, readings, isRefused) => {
  const pattern = '%m/%d/%Y';
  const figures = { rowsRead: 1, rowsAccepted: 1, rowsRejected: 0, rejectsByReason: {}, quantity: '30', amount: '0.002' };
  const chunks = readings.map((reading, index) => ({
    ...CHUNKS[2]!,
    ...(index === 0 ? {} : { name: 'store-0000bbbb-00003', sums: [] }),
    figures: {
      ...(index === 0 ? figures : { ...figures, rowsRead: 0, rowsAccepted: 0, quantity: '0', amount: '0.000000' }),
      dateReadings: [{ pattern, ...reading }],
    },
  }));
  await staged.stage({ store: filesExtract(readOf('b.csv', 1)) }, chunks);
  if (isRefused)
    await expectRefused(
      { maxRejectRatio: 1 },
      {
        code: 'DATES_CONTRADICT',
        message:
          'b.csv: "12/31/2026" is a date by %m/%d/%Y alone, but "03/04/2026" is another day by a pattern before it in CSV_DATE_FORMATS than by %m/%d/%Y',
      },
    );
  else expect(await staged.merge({ maxRejectRatio: 1 })).toMatchObject({ rows: 1 });
});

test('the files with the most rejects are named, with their reasons; of a table only these', async () => {
  const bad = (rows: number, more = 0): Partial<PartialBooks> => ({
    rowsRead: rows + more + 1,
    rowsRejected: rows + more,
    rowsSkipped: 1,
    rejectsByReason: { invalid_date: rows, ...(more === 0 ? {} : { malformed_row: more }) },
  });
  const figures = [bad(1), bad(4), bad(2, 7), bad(3), bad(0)];
  const chunks = figures.map((each, index) => ({
    ...CHUNKS[1]!,
    name: `store-0000bbbb-0000${index}`,
    file: `${index}.csv`,
    sums: [],
    figures: each,
  }));
  await staged.stage(
    { store: filesExtract(...figures.map((each, index) => readOf(`${index}.csv`, each.rowsRead!, each.rejectsByReason!.malformed_row))) },
    chunks,
  );
  const worst =
    '2.csv 9 of 10 (malformed_row 7, invalid_date 2), 1.csv 4 of 5 (invalid_date 4), 3.csv 3 of 4 (invalid_date 3), and 1 more files';
  await expectRefused(
    { maxRejectRatio: 0.5 },
    { code: 'REJECT_RATIO', message: `store_sales: 17 of 22 rows were rejected (0.7727, allowed 0.5): ${worst}` },
  );

  await staged.stage({ table: tableExtract(3) }, [{ ...CHUNKS[0]!, sums: [], figures: bad(2) }]);
  await expectRefused(
    { maxRejectRatio: 0.5 },
    { code: 'REJECT_RATIO', message: 'online_sales: 2 of 3 rows were rejected (0.6667, allowed 0.5): invalid_date 2' },
  );
});

test('what was not read to its end is never published: the books are of what was read, and the limit says why', async () => {
  const figures = { ...CHUNKS[1]!.figures, rowsRead: 9, rowsRejected: 6, rejectsByReason: { malformed_row: 6 } };
  const stopped = { ...filesExtract(), stoppedInEpoch: 1 };
  await staged.stage({ ...EXTRACTS, store: stopped }, [CHUNKS[0]!, { ...CHUNKS[1]!, figures }]);
  const ratio = 'store_sales: 6 of 9 rows were rejected (0.6667, allowed 0.5): a.csv 6 of 9 (malformed_row 6)';
  await expectRefused(
    { maxRejectRatio: 0.5 },
    { code: 'REJECT_RATIO', message: `${ratio}. Reading was stopped there: the rest could not have made it pass` },
  );
  const { findings } = await staged.now();
  expect(findings.totals).toMatchObject({ rowsRead: 11, rowsRejected: 6 });
  expect(findings.sources).toMatchObject([{ file: null }, { file: 'a.csv', rowsRead: 9, rowsRejected: 6 }]);
  const message = 'reading was stopped under a lower limit than MAX_REJECT_RATIO is now (0.7); a retry reads all of it';
  await expectRefused({ maxRejectRatio: 0.7 }, { code: 'REJECT_RATIO', message });
});

test('no rejects pass where none are allowed', async () => {
  await stageTable([['1', '1', '1']], '1', '1.000000');
  expect(await staged.merge({ maxRejectRatio: 0 })).toMatchObject({ rows: 1 });
});

test('two files with the same bytes are refused, once their books can be read, unless they are allowed', async () => {
  const twins = filesExtract(readOf('b.csv', 4), { ...readOf('a.csv', 5, 1), sha256: 'sha-of-b.csv' });
  await staged.stage({ ...EXTRACTS, store: twins }, CHUNKS);
  await expectRefused({}, { code: 'FILE_DUPLICATE', message: 'a.csv and b.csv have the same content' });
  expect((await staged.now()).findings.sources.map(({ file }) => file)).toEqual([null, 'b.csv', 'a.csv']);
  expect(await staged.merge({ allowDuplicateFiles: true })).toMatchObject({ rows: 3 });
  expect((await staged.summary()).text).toBe(SUMMARY_CSV);
});

test('a run of which no row was accepted is refused, and its totals say why', async () => {
  const figures = { rowsRead: 5, rowsRejected: 3, rowsSkipped: 2, rejectsByReason: { invalid_date: 2, malformed_row: 1 } };
  await staged.stage({ store: filesExtract(readOf('a.csv', 5, 1)) }, [{ ...CHUNKS[1]!, sums: [], figures }]);
  await expectRefused({}, { code: 'SUMMARY_EMPTY', message: 'none of 5 rows was accepted: 3 rejected, 2 skipped' });
  expect((await staged.now()).findings.totals).toMatchObject({ rowsRead: 5, products: 0, quantity: '0', publishedAmount: '0.00' });
});

test('a quantity of the largest size that the target holds is merged', async () => {
  await stageTable([['8', '9223372036854775807', '1']], '9223372036854775807', '1.000000');
  expect(await staged.merge()).toMatchObject({ rows: 1 });
  expect((await staged.summary()).text).toBe('product_id,total_quantity,total_sale_amount\n8,9223372036854775807,1.00\n');
});

test('one more is refused, by the name of the product; the books say where it comes from', async () => {
  const sums = [...CHUNKS[0]!.sums, ['8', '9223372036854775808', '1'] as const];
  await stageTable(sums, '9223372036854775819', '4.006000');
  await expectRefused(
    {},
    { code: 'TARGET_OVERFLOW', message: expect.stringContaining('product 8: quantity 9223372036854775808') as string },
  );
  const { findings } = await staged.now();
  const books = booksOf('online_sales', null, { rowsRead: 3, rowsAccepted: 3, quantity: '9223372036854775819', amount: '4.006000' });
  expect(findings).toMatchObject({ sources: [books], totals: null, stages: [] });
});

test('an overflow that the books do not know is an imbalance, and what led to it is made again', async () => {
  await stageTable([['8', '9223372036854775808', '1']], '9223372036854775800', '1.000000');
  await expect(staged.merge()).rejects.toMatchObject({
    code: 'BOOKS_UNBALANCED',
    message: 'quantity 9223372036854775800 accepted, 9223372036854775808 in sales_summary',
  });
  expect(await staged.files()).toEqual(['partials/table-0000aaaa-00001', 'plan.json']);
  expect((await staged.now()).findings.sources).toHaveLength(1);
});

test('books that do not balance fail before any limit, with the figures in the ledger', async () => {
  const figures = { ...CHUNKS[1]!.figures, rowsSkipped: 2 };
  await staged.stage(EXTRACTS, withChunk(1, { figures }));
  await expect(staged.merge({ maxRejectRatio: 0 })).rejects.toMatchObject({
    code: 'BOOKS_UNBALANCED',
    message: 'a.csv: 5 rows read, but 2 accepted + 2 rejected + 2 skipped',
  });
  expect((await staged.now()).findings.totals).toMatchObject({ rowsRead: 11, rowsSkipped: 2, products: 3 });
  // A retry begins with the sources.
  expect(await staged.files()).toEqual([...CHUNKS.map(({ name }) => `partials/${name}`), 'plan.json'].sort());
});
