import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFile } from '@retail-etl/store';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { CHUNKS, EXTRACTS, SUMMARY_CSV, withChunk } from './sample-chunks.js';
import { StagedRun } from './staged-run.js';

let staged: StagedRun;
beforeAll(async () => {
  staged = await StagedRun.open();
});
beforeEach(() => staged.stage(EXTRACTS, CHUNKS));
afterAll(() => staged.close());

const [TABLE, A, B] = CHUNKS.map(({ name }) => name) as [string, string, string];

/** The merge fails, and only these of the staged files are gone: what a retry makes again. */
async function expectForgotten(error: object, gone: readonly string[]): Promise<void> {
  const before = await staged.files();
  await expect(staged.merge()).rejects.toMatchObject(error);
  expect(await staged.files()).toEqual(before.filter((name) => !gone.includes(name)));
  expect((await staged.now()).findings.totals).toBeNull();
}

test('without its plan a run cannot be merged', async () => {
  await rm(staged.folders.planManifest);
  await expectForgotten({ code: 'STAGED_CORRUPT', message: 'the plan of the run is gone' }, []);
});

test('a partition that has not been extracted whole is named', async () => {
  await rm(staged.folders.extractManifest('store'));
  await expectForgotten({ code: 'STAGED_CORRUPT', message: 'partition store has not been extracted whole' }, []);
});

test('a chunk without its partial is named, and its partition is made again', async () => {
  await rm(staged.folders.partialManifest(B));
  await expectForgotten({ code: 'STAGED_CORRUPT', message: `chunk ${B} has not been transformed` }, ['extract-store.json']);
});

test('a manifest of a partial that cannot be read is removed with its partition', async () => {
  await writeFile(staged.folders.partialManifest(TABLE), '{');
  const gone = ['extract-table.json', `partials/${TABLE}.json`];
  await expectForgotten({ code: 'STAGED_CORRUPT', message: `chunk ${TABLE} has not been transformed` }, gone);
});

test.each([
  ['changed', async (path: string) => writeFile(path, 'other bytes')],
  ['absent', async (path: string) => rm(path)],
])('a partial that is %s is found by its sum, and its partition alone is made again', async (_how, damage) => {
  await damage(join(staged.folders.partials, A));
  const gone = ['extract-store.json', `partials/${A}.json`];
  await expectForgotten({ code: 'STAGED_CORRUPT', message: expect.stringContaining(`staged file ${A}`) as string }, gone);
});

test('a partial that was damaged before it was described makes every partition suspicious', async () => {
  await writeFile(join(staged.folders.partials, A), 'no Parquet');
  const { folders } = staged;
  const manifest = { format: 3, file: await describeFile(folders.partials, A), sums: 2, books: [], rejectsFile: null };
  await writeFile(folders.partialManifest(A), JSON.stringify(manifest));
  const gone = ['extract-store.json', 'extract-table.json', ...[TABLE, A, B].map((name) => `partials/${name}.json`)];
  await expectForgotten({ code: 'INTERNAL' }, gone);
});

test('a stop is no reason to make anything again', async () => {
  const stop = new Error('the service stops');
  const before = await staged.files();
  await expect(staged.merge({ signal: AbortSignal.abort(stop) })).rejects.toBe(stop);
  expect(await staged.files()).toEqual(before);
  await staged.merge();
  expect((await staged.summary()).text).toBe(SUMMARY_CSV);
});

test('nor are books that do not balance when the attempt was stopped meanwhile', async () => {
  await staged.stage(EXTRACTS, withChunk(0, { figures: { ...CHUNKS[0]!.figures, quantity: '12' } }));
  const before = await staged.files();
  const { sql } = staged.ledger;
  const stop = new AbortController();
  await sql.query('START TRANSACTION');
  await sql.query('SELECT 1 FROM etl_runs FOR UPDATE');
  const merging = staged.merge({ signal: stop.signal });
  // The findings wait for the row of the run, right before the books are balanced.
  await vi.waitFor(async () => {
    const [waiting] = await sql.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE DB = DATABASE() AND INFO LIKE '%FOR UPDATE'");
    expect(waiting).toHaveLength(1);
  }, 10_000);
  stop.abort();
  await sql.query('COMMIT');
  await expect(merging).rejects.toMatchObject({ code: 'BOOKS_UNBALANCED' });
  expect(await staged.files()).toEqual(before);
});

test('nor is a ledger that is away: the summary of this attempt goes, the rest stays', async () => {
  const before = await staged.files();
  await staged.ledger.sql.query('RENAME TABLE etl_runs TO etl_runs_away');
  await expect(staged.merge()).rejects.toMatchObject({ code: 'MYSQL_MISSING' });
  await staged.ledger.sql.query('RENAME TABLE etl_runs_away TO etl_runs');
  expect(await staged.files()).toEqual(before);
});
