import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listInputFiles } from '@retail-etl/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bytePath } from '../../../tests/support/byte-path.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retail-etl-input-'));
});
afterEach(() => rm(folder, { recursive: true }));

const isCsv = (name: string): boolean => name.endsWith('.csv') && !name.startsWith('.');

test('names are listed as they are, whatever characters they have', async () => {
  const names = [
    'b c.csv',
    'line\nend.csv',
    'tab\t\u001b[31m.csv',
    'quote".csv',
    "single'.csv",
    'ü.csv',
    '😀.csv',
    '\ufeffmark.csv',
    '\ufffd.csv',
  ];
  for (const name of names) await writeFile(join(folder, name), 'abc');
  const listed = await listInputFiles(folder, isCsv);
  expect(listed?.map(({ name, bytes }) => [name, bytes])).toEqual(names.toSorted().map((name) => [name, 3]));
});

test.each([
  ['K\xf6ln.csv', String.raw`K\xf6ln.csv`],
  ['\xff\x01 \\.csv', String.raw`\xff\x01 \.csv`],
  // Half a character, and one that is longer than it has to be.
  ['\xc3.csv', String.raw`\xc3.csv`],
  ['\xc0\xaf.csv', String.raw`\xc0\xaf.csv`],
])('the name %j is refused, with its bytes', async (name, shown) => {
  await writeFile(bytePath(folder, name), 'abc');
  await writeFile(join(folder, 'fine.csv'), 'abc');
  await expect(listInputFiles(folder, isCsv)).rejects.toMatchObject({
    code: 'FILE_NAME_INVALID',
    message: String.raw`names of files that are not valid UTF-8: ${shown} (\x stands before the code of a byte)`,
  });
});

test('all such names are named at once, up to ten; those that nobody wants are not looked at', async () => {
  for (const name of ['\xe4.txt', '.\xe4.csv']) await writeFile(bytePath(folder, name), '');
  expect(await listInputFiles(folder, isCsv)).toEqual([]);
  for (let at = 0; at < 12; at += 1) await writeFile(bytePath(folder, `\xe4${String.fromCharCode(0x61 + at)}.csv`), '');
  const shown = Array.from('abcdefghij', (letter) => String.raw`\xe4${letter}.csv`).join(', ');
  await expect(listInputFiles(folder, isCsv)).rejects.toThrow(`names of files that are not valid UTF-8: ${shown} and 2 more (`);
});

test('in a message, a name has no character that breaks the line', async () => {
  await mkdir(join(folder, 'a\nb.csv'));
  await expect(listInputFiles(folder, isCsv)).rejects.toMatchObject({
    code: 'FILE_REFUSED',
    message: String.raw`a\nb.csv is a folder, not a regular file`,
  });
  await rm(join(folder, 'a\nb.csv'), { recursive: true });
  await symlink('nowhere', join(folder, '\u202ecsv.csv'));
  await expect(listInputFiles(folder, isCsv)).rejects.toThrow(String.raw`\u202ecsv.csv is a link, not a regular file`);
});

test('an absent folder is none', async () => {
  expect(await listInputFiles(join(folder, 'absent'), isCsv)).toBeNull();
});
