import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkCycles } from './cycles.js';

const check = (files: Record<string, string>): string[] => messagesOf(checkCycles(madeUp(files)));

test('layers pass, even where two paths lead to the same file', () => {
  expect(
    check({
      'packages/a/src/index.ts': "export * from './x.js'; export * from './y.js';",
      'packages/a/src/x.ts': "import type { Z } from './z.js';",
      'packages/a/src/y.ts': "import './z.js';",
      'packages/a/src/z.ts': 'export type Z = 1;',
      'packages/b/src/index.ts': "import '@retail-etl/a';",
    }),
  ).toEqual([]);
});

test.each([
  ['two files', "import './y.js';", "import './x.js';"],
  ['types', "import type { Y } from './y.js';", "export type Y = import('./x.js').X;"],
  ['an export and import()', "export * from './y.js';", "await import('./x.js');"],
])('a circle of %s is found', (_, x, y) => {
  expect(check({ 'packages/a/src/x.ts': x, 'packages/a/src/y.ts': y })).toEqual([
    'files import each other: packages/a/src/x.ts -> packages/a/src/y.ts -> packages/a/src/x.ts. Move what both need into a third one below them.',
  ]);
});

test('a file that imports itself is found', () => {
  expect(check({ 'packages/a/src/x.ts': "import './x.js';" })).toHaveLength(1);
});

test('packages that import each other by way of different files are found', () => {
  const messages = check({
    'packages/a/src/index.ts': 'export const A = 1;',
    'packages/a/src/x.ts': "import '@retail-etl/b';",
    'packages/b/src/index.ts': 'export const B = 1;',
    'packages/b/src/x.ts': "import '@retail-etl/c';",
    'packages/c/src/index.ts': "import '@retail-etl/a';",
  });
  expect(messages).toEqual([expect.stringContaining('packages import each other: packages/a -> packages/b -> packages/c -> packages/a.')]);
});

test('two circles apart are two violations, one knot is one', () => {
  const pair = { 'packages/a/src/x.ts': "import './y.js';", 'packages/a/src/y.ts': "import './x.js'; import './z.js';" };
  expect(check({ ...pair, 'packages/a/src/z.ts': "import './w.js'", 'packages/a/src/w.ts': "import './z.js'" })).toHaveLength(2);
  expect(check({ ...pair, 'packages/a/src/z.ts': "import './x.js'" })).toHaveLength(1);
});
