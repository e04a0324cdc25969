import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkUnusedFiles } from './unused-files.js';

const TREE = {
  'packages/a/src/index.ts': "import type { A } from './used.js';",
  'packages/a/src/used.ts': '',
  'packages/a/src/setup/start.ts': '',
};
const check = (files: Record<string, string>): string[] => messagesOf(checkUnusedFiles(madeUp({ ...TREE, ...files })));

test.each([
  ['a Dockerfile', 'docker/Dockerfile', 'CMD ["node", "packages/a/dist/setup/start.js"]'],
  ['code', 'docker/a.mjs', "run('setup/start.js');"],
  ['a page', 'services/g/page/index.html', '<script src="/setup/start.ts">'],
])('a file that %s starts passes', (_, path, text) => {
  expect(check({ [path]: text })).toEqual([]);
});

test.each(['docs/a.md', 'docker/a.mjs'])('a file that only the prose of %s names is found', (path) => {
  const messages = check({ [path]: '// see setup/start.js' });
  expect(messages).toEqual(['packages/a/src/setup/start.ts is imported by nobody and started by nothing. Delete it.']);
});
