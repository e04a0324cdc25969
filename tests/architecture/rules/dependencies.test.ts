import { expect, test } from 'vitest';
import { madeUp, manifest, messagesOf } from '../model/made-up.js';
import { checkDependencies } from './dependencies.js';

const check = (files: Record<string, string>): string[] => messagesOf(checkDependencies(madeUp(files)));

test('what is declared where it is used passes', () => {
  expect(
    check({
      'package.json': manifest('root', [], ['vitest', 'typescript', 'prettier', '@types/node', '@types/pg'], {
        format: 'prettier --write .',
      }),
      'tests/a.test.ts': "import 'vitest'; import 'node:fs'; import type { Pool } from 'pg'; import '@retail-etl/a';",
      'packages/a/package.json': manifest('@retail-etl/a', ['pino', '@bull-board/ui'], ['@types/pg', 'react', '@types/react']),
      'packages/a/src/index.ts': "import 'pino/file.js'; import type { Pool } from 'pg'; require.resolve('@bull-board/ui/package.json');",
      'packages/a/page/main.tsx': "import 'react'; run('typescript/bin/tsc');",
    }),
  ).toEqual([]);
});

test.each([
  ['not at all', manifest('@retail-etl/a', []), "import 'pino';", 'under "dependencies" in packages/a/package.json'],
  [
    'at the root alone',
    manifest('@retail-etl/a', []),
    "import type { P } from 'pino';",
    'under "devDependencies" in packages/a/package.json',
  ],
  ['for development, although it runs', manifest('@retail-etl/a', [], ['pino']), "import 'pino';", 'under "dependencies"'],
  ['by its types alone, although it runs', manifest('@retail-etl/a', ['@types/pino']), "import 'pino';", 'under "dependencies"'],
  ['not at all, in a comment', manifest('@retail-etl/a', []), "/** @type {import('pino').P} */", 'under "devDependencies"'],
])('a package that is declared %s is found', (_, json, text, says) => {
  const messages = check({
    'package.json': manifest('root', ['pino'], [], { x: 'pino x' }),
    'packages/a/package.json': json,
    'packages/a/src/a.ts': text,
  });
  expect(messages).toEqual([expect.stringMatching(new RegExp(`^packages/a/src/a.ts:1 imports pino; declare it ${says}`))]);
});

test('a package of ours has to be declared as well, but for the root', () => {
  const files = { 'packages/b/src/index.ts': '', 'tests/a.test.ts': "import '@retail-etl/b';" };
  expect(check(files)).toEqual([]);
  expect(check({ ...files, 'packages/a/src/a.ts': "import '@retail-etl/b';" })).toEqual([
    expect.stringContaining('imports @retail-etl/b; declare it'),
  ]);
});

test.each([['pino'], ['@types/pino'], ['@types/babel__core']])('%s that nothing uses is found', (name) => {
  const messages = check({
    'packages/a/package.json': manifest('@retail-etl/a', [name]),
    'packages/a/src/a.ts': "import './pino.js'; log('pino');",
  });
  expect(messages).toEqual([expect.stringContaining(`packages/a/package.json declares ${name}, which nothing there imports or runs.`)]);
});

test('tests beside a part may use what the part or the root declares', () => {
  const files = {
    'package.json': manifest('root', [], ['vitest']),
    'packages/a/package.json': manifest('@retail-etl/a', ['pino']),
    'packages/a/src/index.ts': "import 'pino';",
    'packages/a/tests/a.test.ts': "import 'vitest'; import 'pino'; import '@retail-etl/a';",
  };
  expect(check(files)).toEqual([]);
  expect(check({ ...files, 'packages/a/tests/b.test.ts': "import 'pg';" })).toEqual([
    expect.stringContaining('packages/a/tests/b.test.ts:1 imports pg; declare it under "devDependencies" in package.json'),
  ]);
});
