import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkUnusedExports } from './unused-exports.js';

const check = (files: Record<string, string>): string[] => messagesOf(checkUnusedExports(madeUp(files)));

test.each([
  ['by name', "import { a } from '@retail-etl/a';"],
  ['as a type', "import type { a } from '@retail-etl/a';"],
  ['in a type', "type A = import('@retail-etl/a').a;"],
  ['as a whole', "import * as all from '@retail-etl/a';"],
  ['by import()', "const { a } = await import('@retail-etl/a');"],
  ['in a comment', "/** @type {import('@retail-etl/a').a} */"],
])('an export that is used %s passes', (_, text) => {
  const inner = { 'packages/a/src/inner.ts': 'export const a = 1;', 'services/b/src/main.ts': text };
  expect(check({ ...inner, 'packages/a/src/index.ts': "export { a } from './inner.js';" })).toEqual([]);
  expect(check({ ...inner, 'packages/a/src/index.ts': "export * from './inner.js';" })).toEqual([]);
});

test('a type that only its file uses passes, and so does what tests share with it', () => {
  expect(
    check({
      'packages/a/src/a.ts': 'export interface A { b: 1 }\nexport function f(a: A) {}\nf;',
      'tests/a.test.ts': "import { f } from '../packages/a/src/a.js';",
    }),
  ).toEqual([]);
});

test.each([
  ['export const a = 1;', 'nobody uses. Delete it.'],
  ['const a = 1; export default a;', 'nobody uses. Delete it.'],
  ['export function a() {}\na();', 'only its own file uses. Drop the "export".'],
  ['export type a = 1;', 'nobody uses. Delete it.'],
])('%s that nobody imports is found', (text, says) => {
  expect(check({ 'packages/a/src/a.ts': text })).toEqual([expect.stringContaining(says)]);
});

test('what only tests use is found where it is made', () => {
  const files = { 'packages/a/src/index.ts': "export { a } from './a.js';", 'packages/a/src/a.ts': 'export const a = 1;' };
  expect(check({ ...files, 'tests/a.test.ts': "import { a } from '@retail-etl/a';" })).toEqual([
    'packages/a/src/a.ts:1 exports a, which only tests use. Delete it with its tests, or use it.',
  ]);
});

test('an index that passes on what nobody asks it for is found', () => {
  const files = {
    'packages/a/src/index.ts': "export { a } from './a.js';",
    'packages/a/src/a.ts': 'export const a = 1;',
    'packages/a/src/b.ts': "import { a } from './a.js';",
  };
  expect(check(files)).toEqual([expect.stringContaining('packages/a/src/index.ts:1 exports a, which nobody imports from here.')]);
});
