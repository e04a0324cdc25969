import { expect, test } from 'vitest';
import { withExceptions } from '../model/repository.js';
import { madeUp, messagesOf } from '../model/made-up.js';
import { checkSizes } from './sizes.js';

const lines = (count: number): string => '1;\n'.repeat(count);
const check = (text: string, path = 'packages/a/src/a.ts'): string[] => messagesOf(checkSizes(madeUp({ [path]: text }), 10, 5));

test('a file and a function of just the length pass', () => {
  expect(check(lines(10))).toEqual([]);
  expect(check(`function f() {\n${lines(3)}}\n`)).toEqual([]);
});

test.each(['packages/a/src/a.ts', 'tests/e2e/a.test.ts', 'services/a/page/src/a.tsx', 'docker/a.mjs'])(
  'one line more in %s is found',
  (path) => {
    expect(check(lines(11), path)).toEqual([`${path} has 11 lines; at most 10. Move one of its ideas into a file of its own.`]);
  },
);

test.each([
  ['f', 'function f() {\n', '}'],
  ['f', 'export const f = async () => {\n', '};'],
  ['f', 'const o = { f() {\n', '} };'],
  ['A.f', 'class A { f() {\n', '} }'],
  ['A.#f', 'class A { #f() {\n', '} }'],
  ['f', 'class A { f = () => {\n', '} }'],
  ['callback of it("works")', "it('works', () => {\n", '});'],
])('a long function is found as %s', (name, start, end) => {
  expect(check(`${start}${lines(4)}${end}`)).toEqual([`packages/a/src/a.ts:1 ${name} has 6 lines; at most 5. Give a part of it a name.`]);
});

test('of a long function within a long function the inner one is found', () => {
  expect(check(`function f() {\n  return () => {\n${lines(4)}};\n}`)).toEqual([expect.stringContaining(':2 function has 6 lines')]);
});

test('a group of tests may be long', () => {
  expect(check(`describe.skipIf(x)('a', () => {\n${lines(7)}});`)).toEqual([]);
});

test('an exception is for one function, and is found once it is not needed', () => {
  const exceptions = [{ subject: 'packages/a/src/a.ts f', reason: 'made up' }];
  const find = (text: string) => messagesOf(withExceptions(checkSizes(madeUp({ 'packages/a/src/a.ts': text }), 20, 5), exceptions));
  expect(find(`function f() {\n${lines(4)}}`)).toEqual([]);
  expect(find(`function f() {\n${lines(4)}}\nfunction g() {\n${lines(4)}}`)).toEqual([expect.stringContaining(' g has 6 lines')]);
  expect(find('function f() {}')).toEqual([expect.stringContaining('no longer needed')]);
});
