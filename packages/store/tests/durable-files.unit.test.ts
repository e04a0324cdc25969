import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAttemptToken } from '@retail-etl/contracts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linkFile, removeTemporaryFiles, replaceByCopy } from '../src/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (...names: string[]): Promise<unknown> => Promise.all(names.map((name) => writeFile(join(folder, name), 'x')));
const left = async (): Promise<string[]> => (await readdir(folder)).sort();

describe('removeTemporaryFiles', () => {
  test('removes what attempts have left of the file, hidden or not', async () => {
    await put('sales.csv', `sales.csv.${newAttemptToken()}.tmp`, `.sales.csv.${newAttemptToken()}.tmp`, '.sales.csv.00000000.tmp');
    await removeTemporaryFiles(folder, 'sales.csv');
    expect(await left()).toEqual(['sales.csv']);
  });

  test('leaves the file, those of other names, and what people have put there', async () => {
    const others = [
      'sales.csv',
      '.sales.csv',
      'sales.csv.tmp',
      'sales.csv.old.tmp',
      'sales.csv.2026-01-01.tmp',
      'sales.csv.0123abcd',
      'sales.csv.0123abcd.tmp.gz',
      'sales.csv.gz.0123abcd.tmp',
      'sales.csv.0123abcd.0123abcd.tmp',
      'sales_csv.0123abcd.tmp',
      'xsales.csv.0123abcd.tmp',
      '..sales.csv.0123abcd.tmp',
      'sales.csv.0123ABCD.tmp',
      'other.csv.0123abcd.tmp',
    ].sort();
    await put(...others);
    await removeTemporaryFiles(folder, 'sales.csv');
    expect(await left()).toEqual(others);
  });

  test('takes an absent folder, an empty one, a folder of such a name, and being repeated', async () => {
    await removeTemporaryFiles(join(folder, 'absent'), 'sales.csv');
    await removeTemporaryFiles(folder, 'sales.csv');
    await mkdir(join(folder, 'sales.csv.0123abcd.tmp'));
    await put('.sales.csv.89abcdef.tmp');
    await removeTemporaryFiles(folder, 'sales.csv');
    await removeTemporaryFiles(folder, 'sales.csv');
    expect(await left()).toEqual(['sales.csv.0123abcd.tmp']);
  });
});

describe('replaceByCopy', () => {
  test('puts a copy in place of the file, and leaves the original', async () => {
    await put('from', 'to');
    await writeFile(join(folder, 'from'), 'new');
    await replaceByCopy(join(folder, 'from'), join(folder, 'to'));
    expect([await readFile(join(folder, 'to'), 'utf8'), await left()]).toEqual(['new', ['from', 'to']]);
  });

  test('leaves the file and nothing else when it fails', async () => {
    await put('to', 'from');
    // The copy succeeds, and cannot take the place of a folder.
    await mkdir(join(folder, 'taken'));
    await expect(replaceByCopy(join(folder, 'from'), join(folder, 'taken'))).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    await expect(replaceByCopy(join(folder, 'absent'), join(folder, 'to'))).rejects.toThrow(/ENOENT/);
    expect(await left()).toEqual(['from', 'taken', 'to']);
  });
});

describe('linkFile', () => {
  test('gives a file a second name, also when repeated, and never takes that of another', async () => {
    await writeFile(join(folder, 'a'), 'one');
    await writeFile(join(folder, 'other'), 'another');
    for (let time = 0; time < 2; time += 1) await linkFile(join(folder, 'a'), join(folder, 'b'));
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('one');
    await expect(linkFile(join(folder, 'a'), join(folder, 'other'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(linkFile(join(folder, 'absent'), join(folder, 'c'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.skipIf(!existsSync('/dev/shm'))('copies to another file system', async () => {
    const other = await mkdtemp('/dev/shm/retail-etl-store-');
    try {
      await writeFile(join(folder, 'a'), 'one');
      for (let time = 0; time < 2; time += 1) await linkFile(join(folder, 'a'), join(other, 'b'));
      expect(await readFile(join(other, 'b'), 'utf8')).toBe('one');
    } finally {
      await rm(other, { recursive: true });
    }
  });
});
