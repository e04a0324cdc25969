import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkWorkspaceImports } from './workspace-imports.js';

const ROOMS = {
  'packages/contracts': { mayImport: [] },
  'packages/sales': { mayImport: ['contracts'] },
  'packages/tools': { mayImport: 'packages', developmentOnly: true },
  'services/loader': { mayImport: 'packages' },
  'services/gateway': { mayImport: 'packages' },
} as const;

const EMPTY = Object.fromEntries(Object.keys(ROOMS).map((folder) => [`${folder}/src/index.ts`, 'export {};']));

const check = (files: Record<string, string>): string[] => messagesOf(checkWorkspaceImports(madeUp({ ...EMPTY, ...files }), ROOMS));

test('what the table allows passes, and tests may import anything', () => {
  expect(
    check({
      'packages/sales/src/model.ts': "import type { Job } from '@retail-etl/contracts';",
      'services/loader/src/main.ts': "import '@retail-etl/sales'; import './load.js'; import 'node:fs'; import 'pino';",
      'services/loader/src/load.ts': '',
      'services/loader/src/load.test.ts': "import '@retail-etl/tools'; import '../../gateway/src/index.js';",
      'tests/e2e/all.test.ts': "import '@retail-etl/gateway'; import '../../services/loader/dist/main.js';",
    }),
  ).toEqual([]);
});

test.each([
  ['a package above', 'packages/contracts/src/a.ts', "import '@retail-etl/sales';", 'may import no package of ours'],
  [
    'a type of a package above',
    'packages/contracts/src/a.ts',
    "export type { A } from '@retail-etl/sales';",
    'may import no package of ours',
  ],
  [
    'a package besides the listed ones',
    'packages/sales/src/a.ts',
    "const a = await import('@retail-etl/tools');",
    'is for development only',
  ],
  ['a service by its name', 'services/loader/src/a.ts', "import '@retail-etl/gateway';", 'nothing may import a service'],
  ['a service by a path', 'services/loader/src/a.ts', "import '../../gateway/src/index.js';", 'nothing may import a service'],
  ['a service in a type', 'packages/sales/src/a.ts', "type A = import('@retail-etl/gateway').A;", 'nothing may import a service'],
  ['development tools', 'services/loader/src/a.ts', "import '@retail-etl/tools/process';", 'is for development only'],
  ['files of a package', 'services/loader/src/a.ts', "import '../../../packages/sales/src/index.js';", 'Import its package by name'],
  [
    'compiled files of a package',
    'services/loader/src/a.ts',
    "import '../../../packages/sales/dist/index.js';",
    'Import its package by name',
  ],
  ['files of tests', 'services/loader/src/a.ts', "import '../../../tests/support/a.js';", 'may not import files of the root'],
])('importing %s is found', (_, path, text, says) => {
  const messages = check({ [path]: text, 'tests/support/a.ts': '' });
  expect(messages).toEqual([expect.stringContaining(says)]);
  expect(messages[0]).toMatch(new RegExp(`^${path}:1 imports `));
});

test('a room without a row, and a row without a room, are found', () => {
  const { 'packages/sales/src/index.ts': _, ...others } = EMPTY;
  const messages = messagesOf(checkWorkspaceImports(madeUp({ ...others, 'packages/new/src/index.ts': '' }), ROOMS));
  expect(messages).toEqual([
    'packages/new has no row in ROOMS. Say there what it may import.',
    'ROOMS has a row for packages/sales, which does not exist. Delete the row.',
  ]);
});
