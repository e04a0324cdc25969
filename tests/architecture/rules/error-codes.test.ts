import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkErrorCodes } from './error-codes.js';

const CATALOGUE = { file: 'packages/contracts/src/errors.ts', constant: 'CODES', manual: 'docs/manual.md' };
const TREE = {
  'packages/contracts/src/errors.ts': 'export const CODES = { FILE_GONE: terminal("x"), DISK_FULL: 2 } as const satisfies object;',
  'packages/store/src/a.ts': "throw new EtlError('FILE_GONE', x); throw new EtlError(full ? 'DISK_FULL' : 'FILE_GONE');",
  'docs/manual.md': '| code | do |\n| --- | --- |\n| `FILE_GONE`, `DISK_FULL` † | wait |\n',
  'packages/store/src/a.test.ts': "expect(error.code).toBe('FILE_GONE'); expect(log).toMatch('DISK_FULL: no space');",
};
const check = (files: Record<string, string>): string[] => messagesOf(checkErrorCodes(madeUp({ ...TREE, ...files }), CATALOGUE));

test('codes that are raised, explained and provoked pass', () => {
  expect(check({})).toEqual([]);
});

test.each([
  ['without a row', { 'docs/manual.md': 'DISK_FULL\n\n| `FILE_GONE` | see `DISK_FULL` |\n' }, 'has no row in docs/manual.md'],
  ['that only a comment of a test names', { 'packages/store/src/a.test.ts': "// DISK_FULL\nf('FILE_GONE');" }, 'is named by no test'],
  ['that part of a word names', { 'packages/store/src/a.test.ts': "f('FILE_GONE', 'MY_DISK_FULL');" }, 'is named by no test'],
  ['that nothing raises', { 'packages/store/src/a.ts': "throw new EtlError('FILE_GONE');" }, 'is raised nowhere'],
])('a code %s is found', (_, files, says) => {
  expect(check(files)).toEqual([expect.stringMatching(new RegExp(`^DISK_FULL \\(packages/contracts/src/errors.ts:1\\) ${says}`))]);
});

test('a catalogue that is not there is found', () => {
  expect(check({ 'packages/contracts/src/errors.ts': '' })).toEqual([expect.stringContaining('has no object CODES')]);
});
