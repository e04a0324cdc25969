import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { publishManifest, readManifest, readOwnManifest } from '../src/manifest.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-manifest-'));
  path = join(folder, 'plan.json');
});
afterEach(() => rm(folder, { recursive: true }));

const files = async (): Promise<string[]> => (await readdir(folder)).sort();

test('the format is written beside what the step says, and nothing else is left in the folder', async () => {
  expect(await publishManifest(path, { rows: 1 })).toEqual({ won: true, manifest: { format: 3, rows: 1 } });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ format: 3, rows: 1 });
  expect(await publishManifest(path, { rows: 2 })).toEqual({ won: false, manifest: { format: 3, rows: 1 } });
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ format: 3, rows: 1 });
  expect(await files()).toEqual(['plan.json']);
});

test('of many attempts at once one wins, and all get its manifest', async () => {
  const attempts = await Promise.all(Array.from({ length: 20 }, async (_, attempt) => publishManifest(path, { attempt })));
  const winners = attempts.filter(({ won }) => won);
  expect(winners).toHaveLength(1);
  for (const { manifest } of attempts) expect(manifest).toEqual(winners[0]?.manifest);
  expect(await readManifest(path)).toEqual(winners[0]?.manifest);
  expect(await files()).toEqual(['plan.json']);
});

test('a damaged manifest is refused by name, and left to the step that makes it', async () => {
  await writeFile(path, '{"format":3,"rows":');
  const damaged = { code: 'STAGED_CORRUPT', message: expect.stringContaining('plan.json is damaged') as string };
  await expect(readManifest(path)).rejects.toMatchObject(damaged);
  await expect(publishManifest(path, { rows: 2 })).rejects.toMatchObject(damaged);
  expect(await files()).toEqual(['plan.json']);
  expect(await readOwnManifest(path)).toBeUndefined();
  expect(await files()).toEqual([]);
});

test('the message says which format it is, in few letters, and which is read', async () => {
  await writeFile(path, '{"rows":1}');
  await expect(readManifest(path)).rejects.toMatchObject({ message: 'plan.json is of format 1; this version reads 3' });
  await writeFile(path, JSON.stringify({ format: 'x'.repeat(21) }));
  await expect(readManifest(path)).rejects.toMatchObject({ message: `plan.json is of format ${'x'.repeat(20)}; this version reads 3` });
});

test('a step keeps its own manifest that can be read, and an absent one is no error', async () => {
  expect(await readOwnManifest(path)).toBeUndefined();
  await publishManifest(path, { rows: 1 });
  expect(await readOwnManifest(path)).toEqual({ format: 3, rows: 1 });
  expect(await files()).toEqual(['plan.json']);
});

test('an attempt does not take the manifest of another version for its own, and leaves it', async () => {
  await writeFile(path, '{"format":4,"rows":1}');
  await expect(publishManifest(path, { rows: 2 })).rejects.toMatchObject({ code: 'STAGED_FORMAT' });
  expect(await readFile(path, 'utf8')).toBe('{"format":4,"rows":1}');
});

test('what the disk says is passed on, and nothing is removed for it', async () => {
  const loop = join(folder, 'loop.json');
  await symlink(loop, loop);
  await expect(readOwnManifest(loop)).rejects.toMatchObject({ code: 'ELOOP' });
  expect(await files()).toEqual(['loop.json']);
  await rm(loop);
  await mkdir(path);
  for (const read of [readManifest, readOwnManifest]) await expect(read(path)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(publishManifest(path, { rows: 1 })).rejects.toMatchObject({ code: 'EISDIR' });
  expect(await files()).toEqual(['plan.json']);
  await expect(publishManifest(join(folder, 'absent', 'plan.json'), { rows: 1 })).rejects.toMatchObject({ code: 'ENOENT' });
});
