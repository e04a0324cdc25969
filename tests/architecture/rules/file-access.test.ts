import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkFileAccess } from './file-access.js';

const check = (path: string, text: string): string[] => messagesOf(checkFileAccess(madeUp({ [path]: text }), ['packages/store']));

test.each([
  ["import 'node:fs'"],
  ["import { open } from 'node:fs/promises'"],
  ["import 'fs'"],
  ["import type { Stats } from 'fs/promises'"],
  ["await import('node:fs')"],
])('%s is found', (text) => {
  expect(check('services/loader/src/a.ts', text)).toEqual([
    expect.stringMatching(/^services\/loader\/src\/a\.ts:1 imports .*only packages\/store may/),
  ]);
});

test('the store, tests and other modules pass', () => {
  expect(check('packages/store/src/a.ts', "import 'node:fs'")).toEqual([]);
  expect(check('packages/ledger/src/a.test.ts', "import 'node:fs'")).toEqual([]);
  expect(check('packages/ledger/src/a.ts', "import 'node:fsx'; import 'fs-extra'")).toEqual([]);
});
