import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishJson, readJson, replaceJson } from '../src/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is replaced whole, and what an attempt that died has left of it goes', async () => {
  const path = join(folder, 'version.json');
  await writeFile(`${path}.${newAttemptToken()}.tmp`, '{"half":');
  await replaceJson(path, { a: 1 });
  await replaceJson(path, { a: 2 });
  expect(await readJson(path)).toEqual({ a: 2 });
  expect(await readdir(folder)).toEqual(['version.json']);
});

test('of several that replace a file at once all succeed', async () => {
  const path = join(folder, 'rejects.json');
  await Promise.all(Array.from({ length: 8 }, (_, a) => replaceJson(path, { a })));
  expect(await readJson<{ a: number }>(path)).toMatchObject({ a: expect.any(Number) as number });
  expect(await readdir(folder)).toEqual(['rejects.json']);
});

test('of two that publish a file the first wins, and the other is told what counts', async () => {
  const path = join(folder, 'plan.json');
  expect(await publishJson(path, { a: 1 })).toEqual({ value: { a: 1 }, won: true });
  expect(await publishJson(path, { a: 2 })).toEqual({ value: { a: 1 }, won: false });
  expect(await readdir(folder)).toEqual(['plan.json']);
});

test('what is no JSON is damaged, and what is not there is undefined', async () => {
  const path = join(folder, 'version.json');
  expect(await readJson(path)).toBeUndefined();
  await writeFile(path, '{"a":');
  await expect(readJson(path)).rejects.toMatchObject({ code: 'STAGED_CORRUPT' });
});
