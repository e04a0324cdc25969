import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkProjectReferences } from './project-references.js';

const refer = (...paths: string[]): string => JSON.stringify({ references: paths.map((path) => ({ path })) });
const TREE = {
  'tsconfig.json': refer('packages/a', 'services/b'),
  'packages/a/tsconfig.json': '{}',
  'packages/a/src/index.ts': '',
  'services/b/tsconfig.json': refer('../../packages/a'),
  'services/b/src/main.ts': "import type { A } from '@retail-etl/a';",
};
const check = (files: Record<string, string>): string[] => messagesOf(checkProjectReferences(madeUp({ ...TREE, ...files })));

test('references that are the imports pass', () => {
  expect(check({})).toEqual([]);
});

test.each([
  ['a missing one', { 'services/b/tsconfig.json': '{}' }, 'services/b/tsconfig.json does not refer to packages/a'],
  ['one too many', { 'services/b/src/main.ts': '' }, 'services/b/tsconfig.json refers to packages/a, which nothing there imports'],
  ['one at the root that is missing', { 'tsconfig.json': refer('packages/a') }, 'tsconfig.json does not refer to services/b'],
  [
    'one of a folder that is gone',
    { 'tsconfig.json': refer('packages/a', 'services/b', 'packages/old') },
    'tsconfig.json refers to packages/old',
  ],
])('%s is found', (_, files, says) => {
  expect(check(files)).toEqual([expect.stringContaining(says)]);
});
