import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STORE_SALES, toStoreFile } from '@retail-etl/setup';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addSampleFile, createDataFolders, lookAtInput } from '../dist/data-folders.js';

let dir: string;
let input: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'retail-etl-folders-'));
  await createDataFolders(dir);
  input = join(dir, 'input');
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

test('hidden files do not count as data', async () => {
  await writeFile(join(input, '.hidden.csv'), '');
  expect(await lookAtInput(dir)).toEqual({ holds: 'nothing', files: [], others: [] });
});

test('the sample is known by its bytes, and only alone', async () => {
  await writeFile(join(input, 'in_store_sales.csv'), toStoreFile(STORE_SALES));
  expect(await lookAtInput(dir)).toEqual({ holds: 'sample', files: ['in_store_sales.csv'], others: [] });
  await writeFile(join(input, 'b.xlsx'), '');
  expect(await lookAtInput(dir)).toEqual({ holds: 'data', files: ['in_store_sales.csv'], others: ['b.xlsx'] });
  await rm(join(input, 'b.xlsx'));
  await writeFile(join(input, 'in_store_sales.csv'), toStoreFile(STORE_SALES).replace('5001', '5009'));
  expect((await lookAtInput(dir)).holds).toBe('data');
});

test('a folder of the name of the sample is data', async () => {
  await mkdir(join(input, 'in_store_sales.csv'));
  expect((await lookAtInput(dir)).holds).toBe('data');
});

test('the sample file is added once, and nothing is left beside it', async () => {
  expect(await addSampleFile(dir)).toBe(true);
  expect(await addSampleFile(dir)).toBe(false);
  expect(await readdir(input)).toEqual(['in_store_sales.csv']);
});
