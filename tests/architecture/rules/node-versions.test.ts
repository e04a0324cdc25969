import { expect, test } from 'vitest';
import { messagesOf } from '../model/made-up.js';
import { checkNodeVersions } from './node-versions.js';

const OURS = '^20.19.0 || >=24.0.0';
const check = (node: string | undefined): string[] =>
  messagesOf(
    checkNodeVersions({ '': {}, 'node_modules/pino': { version: '9.0.0', ...(node === undefined ? {} : { engines: { node } }) } }, OURS),
  );

test.each([[undefined], ['*'], ['>=18'], ['>= 20.0.0'], ['20 || >=22'], ['^20.19.0 || >=22.12.0']])('%s allows all that we do', (node) => {
  expect(check(node)).toEqual([]);
});

test.each([['>=22'], ['>=20.20'], ['^20.19.0'], ['20 || 24'], ['<25']])('%s allows less than we do', (node) => {
  expect(check(node)).toEqual([expect.stringContaining(`node_modules/pino@9.0.0 runs on Node ${node}, `)]);
});
