import { expect, test } from 'vitest';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkEnvironmentReads } from './environment-reads.js';

const check = (path: string, text: string): string[] => messagesOf(checkEnvironmentReads(madeUp({ [path]: text }), ['packages/config']));

test.each([
  ["process.env['A']"],
  ['process.env.A'],
  ["process['env'].A"],
  ['load(process.env)'],
  ['globalThis.process.env.A'],
  ['const { env } = process'],
  ['const { env: own } = process'],
  ["import { env } from 'node:process'"],
  ["import p from 'node:process'; p.env.A"],
  ["import * as p from 'process'; p.env.A"],
  ['import.meta.env.A'],
])('%s is found', (text) => {
  expect(check('services/loader/src/a.ts', `\n${text};`)).toEqual([
    'services/loader/src/a.ts:2 reads the environment; only packages/config may. Add a setting to packages/config and take its value as an argument.',
  ]);
});

test.each([
  ['packages/config/src/a.ts', 'process.env.A'],
  ['tests/e2e/a.test.ts', 'process.env.A'],
  ['services/loader/src/a.ts', 'process.pid; deps.env.A; // process.env'],
  ['services/loader/src/a.ts', "log('set process.env'); import.meta.url"],
])('%s may have %s', (path, text) => {
  expect(check(path, text)).toEqual([]);
});
