import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkSettings } from './settings.js';

const PLACES = { table: 'README.md', deployments: ['compose.yml', 'stack.yml'] };
const TREE = {
  'packages/config/src/a.ts': "read.url('REDIS_URL', x); read.text('PORT'); read.problems.push('PORT is odd'); fail('CONFIG_INVALID');",
  'README.md': '## Settings\n\n| variable | is |\n| --- | --- |\n| `REDIS_URL` | x |\n| `PORT` | x |\n\n## More\n\n| `OTHER` | x |\n',
  'compose.yml': 'services:\n  a:\n    environment:\n      REDIS_URL_FILE: /run/x\n      PORT: ${PORT:-}\n',
  'stack.yml': 'environment: { REDIS_URL: x, PORT: 1 }\n',
};
const check = (files: Record<string, string>): string[] =>
  messagesOf(checkSettings(madeUp({ ...TREE, ...files }), 'packages/config', PLACES, new Set(['CONFIG_INVALID'])));

test('settings that stand everywhere pass', () => {
  expect(check({})).toEqual([]);
});

test.each([
  [
    'without a row',
    { 'README.md': '`PORT`\n\n## Settings\n\n| `REDIS_URL` | x |\n\n## More\n\n| `PORT` | x |\n' },
    'PORT (packages/config/src/a.ts:1) has no row',
  ],
  [
    'not in Compose',
    { 'compose.yml': 'REDIS_URL: x\n# PORT: 1\nGATEWAY_PORT: 2\nX: ${PORT:-}' },
    'PORT (packages/config/src/a.ts:1) is not in compose.yml',
  ],
  ['not in the stack', { 'stack.yml': 'REDIS_URL_FILE: x\nPORTS: 1' }, 'PORT (packages/config/src/a.ts:1) is not in stack.yml'],
  [
    'that only the services of one deployment are handed',
    { 'compose.yml': 'REDIS_URL: x\nenv_file: settings/a.env\n', 'settings/a.env': 'PORT\n', 'stack.yml': 'REDIS_URL: x\nenv_file: a.env' },
    'PORT (packages/config/src/a.ts:1) is not in stack.yml',
  ],
  [
    'that is handed on and not read',
    { 'compose.yml': `${TREE['compose.yml']}    env_file: settings/a.env\n`, 'settings/a.env': '# OTHER\nOTHER\n' },
    'settings/a.env hands on OTHER, which packages/config does not read',
  ],
  [
    'that is no longer read',
    { 'packages/config/src/a.ts': "read.url('REDIS_URL');" },
    'README.md has a row for PORT, which packages/config does not read',
  ],
])('a setting %s is found', (_, files, says) => {
  expect(check(files)).toEqual([expect.stringContaining(says)]);
});

test('a reader that reads nothing is found', () => {
  expect(check({ 'packages/config/src/a.ts': '' })).toEqual([expect.stringContaining('reads no setting')]);
});
