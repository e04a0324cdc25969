import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@retail-etl/contracts';
import { createRunFolders, publishManifest, type RunFolders, runFolders, type SummaryManifest } from '@retail-etl/staging';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepSummary, readKeptSummary, readStagedSummary } from '../src/run-summary.js';
import { csvText, productRows, writeSummary } from './summary-files.js';

const ROWS = productRows(50, 1);
let dataDir: string;
let folders: RunFolders;
let stagedPath: string;

/** A run whose summary merge has made and a loader has kept. */
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-kept-'));
  folders = runFolders(dataDir, newRunId(new Date()));
  await createRunFolders(folders);
  const { path, ...manifest } = await writeSummary(dataDir, ROWS);
  stagedPath = join(folders.staging, manifest.file.name);
  await writeFile(stagedPath, await readFile(path));
  await publishManifest<SummaryManifest>(folders.summaryManifest, manifest);
  await keepSummary(folders, await readStagedSummary(folders));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('readKeptSummary', () => {
  test('gives the summary as it is kept, also when the staged one is gone', async () => {
    await rm(stagedPath);
    const { path, products } = await readKeptSummary(folders);
    expect([await readFile(path, 'utf8'), products]).toEqual([csvText(ROWS), 50]);
  });

  test.each([
    ['cut', () => truncate(folders.summaryCsv, 100)],
    ['of other bytes', () => writeFile(folders.summaryCsv, csvText(productRows(50, 2)))],
    ['gone', () => rm(folders.summaryCsv)],
  ])('keeps one that is %s anew', async (_what, damage) => {
    await damage();
    const { path } = await readKeptSummary(folders);
    expect(path).toBe(folders.summaryCsv);
    expect(await readFile(path, 'utf8')).toBe(csvText(ROWS));
    expect((await readdir(folders.results)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('refuses it if the staged one is damaged, too', async () => {
    await truncate(folders.summaryCsv, 100);
    await truncate(stagedPath, 100);
    await expect(readKeptSummary(folders)).rejects.toMatchObject({ code: 'STAGED_CORRUPT' });
  });
});
