import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeKeptFile, digestOf, lookAtFiles, lookAtTree, readKeptFile } from '@retail-etl/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytePath } from '../../../tests/support/byte-path.js';

const WRITTEN = new Date('2026-03-01T12:00:00Z');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-kept-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a file into the folder, written at WRITTEN. */
async function put(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  await utimes(path, WRITTEN, WRITTEN);
  return path;
}

const isCsv = (name: string): boolean => name.endsWith('.csv');

test('a file is described by size and time, an absent one by nothing', async () => {
  // Five characters, six bytes.
  const path = await put('a.csv', 'löwe\n');
  expect(await describeKeptFile(path)).toEqual({ bytes: 6, modifiedMs: WRITTEN.getTime() });
  expect(await describeKeptFile(join(folder, 'absent.csv'))).toBeNull();
});

test('what is added to a file after it was described is not read', async () => {
  const path = await put('a.csv', 'first\n');
  const { bytes = 0 } = (await describeKeptFile(path)) ?? {};
  await writeFile(path, 'second\n', { flag: 'a' });
  expect(await text(readKeptFile(path, bytes))).toBe('first\n');
});

test('a file without content is read as such', async () => {
  expect(await text(readKeptFile(await put('a.csv', ''), 0))).toBe('');
});

test('the digest is SHA-256', async () => {
  // From FIPS 180-2, appendix B.1.
  expect(await digestOf(await put('a.csv', 'abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  await expect(digestOf(join(folder, 'absent.csv'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('of a folder the wanted regular files are seen, by name', async () => {
  await put('b.csv', 'bb');
  await put('a.csv', 'a');
  await put('notes.txt', 'no');
  const latin1 = bytePath(folder, 'c\xf6.csv');
  await writeFile(latin1, 'ccc');
  await utimes(latin1, WRITTEN, WRITTEN);
  await mkdir(join(folder, 'folder.csv'));
  await symlink(join(folder, 'a.csv'), join(folder, 'link.csv'));
  expect(await lookAtFiles(folder, isCsv, 10)).toEqual({
    files: [
      { name: 'a.csv', hasTextName: true, bytes: 1, modified: WRITTEN },
      { name: 'b.csv', hasTextName: true, bytes: 2, modified: WRITTEN },
      { name: String.raw`c\xf6.csv`, hasTextName: false, bytes: 3, modified: WRITTEN },
    ],
    truncated: false,
  });
});

test('a folder with more files than asked for says so, one with as many does not', async () => {
  for (const name of ['c.csv', 'a.csv', 'b.csv', 'd.txt']) await put(name, '');
  const seen = async (max: number): Promise<[string[], boolean]> => {
    const { files, truncated } = await lookAtFiles(folder, isCsv, max);
    return [files.map(({ name }) => name), truncated];
  };
  expect(await seen(2)).toEqual([['a.csv', 'b.csv'], true]);
  expect(await seen(3)).toEqual([['a.csv', 'b.csv', 'c.csv'], false]);
});

test('files in folders are seen by path, with their bytes as the system takes them, and neither links nor hidden folders are looked into', async () => {
  for (const below of ['x', 'x/y', '.hidden', 'elsewhere']) await mkdir(join(folder, below));
  for (const name of ['b.csv', 'x/y/a.csv', 'x/no.txt', '.hidden/a.csv', 'elsewhere/a.csv']) await put(name, 'a');
  await symlink(join(folder, 'elsewhere'), join(folder, 'x', 'link'));
  await mkdir(bytePath(folder, 'K\xf6ln'));
  await writeFile(bytePath(folder, 'K\xf6ln/c.csv'), 'ccc');
  const { files, truncated } = await lookAtTree(folder, isCsv, 10);
  expect([truncated, files.map(({ name, hasTextName, bytes }) => [name, hasTextName, bytes])]).toEqual([
    false,
    [
      [String.raw`K\xf6ln/c.csv`, true, 3],
      ['b.csv', true, 1],
      ['elsewhere/a.csv', true, 1],
      ['x/y/a.csv', true, 1],
    ],
  ]);
  const first = await lookAtTree(folder, isCsv, 1);
  expect([first.truncated, first.files.length]).toEqual([true, 1]);
  expect(await lookAtTree(join(folder, 'absent'), isCsv, 10)).toEqual({ files: [], truncated: false });
});

test('a folder that is absent has no files, one that cannot be read is an error', async () => {
  expect(await lookAtFiles(join(folder, 'absent'), isCsv, 10)).toEqual({ files: [], truncated: false });
  await expect(lookAtFiles(await put('a.csv', ''), isCsv, 10)).rejects.toMatchObject({ code: 'ENOTDIR' });
});
