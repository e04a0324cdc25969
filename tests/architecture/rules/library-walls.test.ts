import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkLibraryWalls } from './library-walls.js';

const WALLS = [
  { libraries: ['mysql2'], only: ['packages/mysql'], instead: 'Use @retail-etl/mysql.' },
  { libraries: ['@duckdb/'], only: ['packages/duckdb', 'services/gateway/src/board'], instead: 'Use @retail-etl/duckdb.' },
];
const check = (path: string, text: string): string[] => messagesOf(checkLibraryWalls(madeUp({ [path]: text }), WALLS));

test.each([
  ['packages/mysql/src/a.ts', "import { createPool } from 'mysql2/promise';"],
  ['services/gateway/src/board/a.ts', "import '@duckdb/node-api';"],
  ['services/loader/src/a.ts', "import 'mysql2-like'; import './mysql2.js';"],
  ['tests/e2e/a.test.ts', "import 'mysql2';"],
])('%s may have %s', (path, text) => {
  expect(check(path, text)).toEqual([]);
});

test.each([
  ['services/loader/src/a.ts', "import { createPool } from 'mysql2/promise';"],
  ['services/loader/src/a.ts', "import type { Pool } from 'mysql2';"],
  ['services/loader/src/a.ts', "export * from 'mysql2';"],
  ['packages/mysql-more/src/a.ts', "await import('mysql2');"],
  ['packages/ledger/bin/a.mjs', "require('mysql2');"],
  ['services/gateway/src/boards/a.ts', "type A = import('@duckdb/node-api').A;"],
  ['services/gateway/src/a.ts', "import '@duckdb/other';"],
])('%s may not have %s', (path, text) => {
  expect(check(path, text)).toEqual([expect.stringMatching(new RegExp(`^${path}:1 imports .*; only packages/.* may. Use @retail-etl/`))]);
});
