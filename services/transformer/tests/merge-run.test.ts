import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { SALES_SUMMARY } from '@retail-etl/sales';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { booksOf } from './books.js';
import { CHUNKS, EXTRACTS, SUMMARY_CSV } from './sample-chunks.js';
import { StagedRun } from './staged-run.js';

let staged: StagedRun;
beforeAll(async () => {
  staged = await StagedRun.open();
});
beforeEach(() => staged.stage(EXTRACTS, CHUNKS));
afterAll(() => staged.close());

const NOTE = '11 read = 8 accepted + 2 rejected + 1 skipped; 3 products';

test('the sums of all chunks become one file, and its manifest says what it holds', async () => {
  const before = await staged.files();
  expect(await staged.merge()).toEqual({ rows: 3, note: NOTE });
  expect(staged.notes).toEqual([NOTE]);
  const { manifest, fileName, text } = await staged.summary();
  expect(text).toBe(SUMMARY_CSV);
  expect(manifest).toEqual({
    format: 3,
    summaries: [
      {
        shape: SALES_SUMMARY,
        file: { name: expect.stringMatching(/^summary-[0-9a-f]{8}-sales_summary\.csv$/) as string, bytes: text.length, crc32: crc32(text) },
        products: 3,
        quantity: '66',
        amount: '10.510000',
        publishedAmount: '10.52',
      },
    ],
    startedAt: expect.any(String) as string,
    finishedAt: expect.any(String) as string,
  });
  expect(await staged.files()).toEqual([...before, 'summary.json', fileName].sort());
});

test('the ledger has the books of each table and file, the totals, and the stages', async () => {
  await staged.merge();
  const { manifest } = await staged.summary();
  const { state, findings } = await staged.now();
  const [table, a, b] = CHUNKS.map(({ source, file, figures }) => booksOf(source, file, figures));
  expect(state).toBe('transforming');
  expect(findings).toMatchObject({ sources: [table, a, b], error: null });
  expect(findings.totals).toEqual({
    rowsRead: 11,
    rowsAccepted: 8,
    rowsRejected: 2,
    rowsSkipped: 1,
    products: 3,
    quantity: '66',
    amount: '10.510000',
    publishedAmount: '10.52',
  });
  expect(findings.stages).toEqual([
    { name: 'extract', startedAt: '2026-01-02T03:00:00.000Z', finishedAt: '2026-01-02T03:09:00.000Z', jobs: 3 },
    { name: 'transform', startedAt: '2026-01-02T03:04:05.000Z', finishedAt: manifest.finishedAt, jobs: 4 },
  ]);
});

test('only the rejects of chunks that count are kept', async () => {
  await writeFile(join(staged.folders.rejects, 'store-dead0000-00001.parquet'), 'of an attempt that died');
  await staged.merge();
  expect(await readdir(staged.folders.rejects)).toEqual(['store-0000bbbb-00001.parquet']);
  const listed = JSON.parse(await readFile(join(staged.folders.results, 'rejects.json'), 'utf8')) as unknown;
  expect(listed).toEqual({ format: 3, files: ['store-0000bbbb-00001.parquet'] });
});

test('what no extract lists does not count', async () => {
  const stray = { ...CHUNKS[0]!, name: 'stray-0000cccc-00001' };
  await staged.stage(EXTRACTS, [...CHUNKS, stray]);
  await staged.merge();
  expect((await staged.summary()).text).toBe(SUMMARY_CSV);
});

test('a merge that is done is not done again', async () => {
  await staged.merge();
  const [files, summary, run] = [await staged.files(), await staged.summary(), await staged.now()];
  expect(await staged.merge({ maxRejectRatio: 0 })).toEqual({ rows: 3, note: 'already merged' });
  expect([await staged.files(), await staged.summary(), await staged.now()]).toEqual([files, summary, run]);
});

test('of two attempts at once both succeed, and the summary of one stays', async () => {
  const before = await staged.files();
  const results = await Promise.all([staged.merge(), staged.merge()]);
  expect(results).toEqual([
    { rows: 3, note: NOTE },
    { rows: 3, note: NOTE },
  ]);
  const { fileName, text } = await staged.summary();
  expect(text).toBe(SUMMARY_CSV);
  expect(await staged.files()).toEqual([...before, 'summary.json', fileName].sort());
});

test.each(['{"format":3,', '{"format":1,"products":9}'])('a summary whose manifest cannot be read is made again: %s', async (text) => {
  await writeFile(staged.folders.summaryManifest, text);
  expect(await staged.merge()).toEqual({ rows: 3, note: NOTE });
  expect((await staged.summary()).text).toBe(SUMMARY_CSV);
});

test('a run that goes on under another epoch gets no findings of this one', async () => {
  await staged.ledger.sql.query('UPDATE etl_runs SET epoch = 2');
  const before = await staged.now();
  await staged.merge();
  expect(await staged.now()).toEqual(before);
});
