import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@retail-etl/contracts';
import { createRunFolders, publishManifest, type RunFolders, runFolders, type SummaryManifest } from '@retail-etl/staging';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepSummaries, readKeptSummaries, readStagedSummaries } from '../src/run-summary.js';
import { csvText, productRows, writeSummary } from './summary-files.js';

const ROWS = productRows(50, 1);
const TIMES = { startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:01.000Z' };
const NONE = { path: 'no summary', products: 0 };
let dataDir: string;
let folders: RunFolders;
let stagedPath: string;

/** A run whose summary merge has made and a loader has kept. */
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-kept-'));
  folders = runFolders(dataDir, newRunId(new Date()));
  await createRunFolders(folders);
  const { path, ...summary } = await writeSummary(dataDir, ROWS);
  stagedPath = join(folders.staging, summary.file.name);
  await writeFile(stagedPath, await readFile(path));
  await publishManifest<SummaryManifest>(folders.summaryManifest, { summaries: [summary], ...TIMES });
  await keepSummaries(folders, await readStagedSummaries(folders));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('readKeptSummaries', () => {
  test('gives the summary as it is kept, also when the staged one is gone', async () => {
    await rm(stagedPath);
    const [{ path, products } = NONE] = await readKeptSummaries(folders);
    expect([await readFile(path, 'utf8'), products]).toEqual([csvText(ROWS), 50]);
  });

  test.each([
    ['cut', () => truncate(folders.summaryCsv('sales_summary'), 100)],
    ['of other bytes', () => writeFile(folders.summaryCsv('sales_summary'), csvText(productRows(50, 2)))],
    ['gone', () => rm(folders.summaryCsv('sales_summary'))],
  ])('keeps one that is %s anew', async (_what, damage) => {
    await damage();
    const [{ path } = NONE] = await readKeptSummaries(folders);
    expect(path).toBe(folders.summaryCsv('sales_summary'));
    expect(await readFile(path, 'utf8')).toBe(csvText(ROWS));
    expect((await readdir(folders.results)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('refuses it if the staged one is damaged, too', async () => {
    await truncate(folders.summaryCsv('sales_summary'), 100);
    await truncate(stagedPath, 100);
    await expect(readKeptSummaries(folders)).rejects.toMatchObject({ code: 'STAGED_CORRUPT' });
  });
});
