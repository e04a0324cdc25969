import type { ReadHeader } from '@retail-etl/sales';
import { expect, test } from 'vitest';
import { compareHeaders, gatherHeaders } from '../src/compare-headers.js';
import { filesExtract, readOf, tableExtract } from './books.js';

const SOURCE = 'store_sales';
const header = (names: readonly string[], ...files: string[]): ReadHeader => ({ source: SOURCE, names: [...names], files });
const letters = (text: string): string[] => Array.from(text);
/** How the header of one file changes, as gone, new, moved; null if nothing is told. */
const change = (before: readonly string[], after: readonly string[]): string[] | null => {
  const [told, ...others] = compareHeaders([header(before, 'a.csv')], [header(after, 'a.csv')]);
  expect(others).toEqual([]);
  if (told === undefined) return null;
  expect(told).toMatchObject({ source: SOURCE, file: 'a.csv' });
  return [told.gone, told.new, told.moved].map((names) => names.join(','));
};

test('a header is kept once, with the files that have it', () => {
  const withHeader = (file: string, names: string): object => ({ ...readOf(file, 1), header: letters(names) });
  const extracts = [
    tableExtract(3),
    filesExtract(...[withHeader('a.csv', 'xy'), withHeader('b.csv', 'yx'), withHeader('c.csv', 'xy')].map((each) => each as never)),
    { ...filesExtract(withHeader('d.csv', 'xy') as never, readOf('old.csv', 1)), source: 'others' },
  ];
  expect(gatherHeaders(extracts)).toEqual([
    header(['x', 'y'], 'a.csv', 'c.csv'),
    header(['y', 'x'], 'b.csv'),
    { source: 'others', names: ['x', 'y'], files: ['d.csv'] },
  ]);
});

test('headers of so many files are kept, and no more than fit', () => {
  const files = Array.from({ length: 2_001 }, (_, at) => ({ ...readOf(`${at}.csv`, 1), header: ['x'] }));
  expect(gatherHeaders([filesExtract(...files)])[0]?.files).toHaveLength(2_000);
  const wide = Array.from({ length: 200 }, (_, at) => ({
    ...readOf(`${at}.csv`, 1),
    header: Array.from({ length: 200 }, () => `${at}`.padEnd(80, 'x')),
  }));
  const kept = gatherHeaders([filesExtract(...wide)]);
  expect(JSON.stringify(kept).length).toBeLessThan(300_000);
  expect(kept.length).toBeGreaterThan(10);
});

test.each([
  ['nothing', 'abc', 'abc', null],
  ['one gone, one new', 'abc', 'acd', ['b', 'd', '']],
  ['a new first column moves no other', 'abc', 'xabc', ['', 'x', '']],
  ['the last column comes first', 'abcd', 'dabc', ['', '', 'd']],
  ['the first column goes last', 'abcd', 'bcda', ['', '', 'a']],
  ['two change places', 'abcd', 'acbd', ['', '', 'c']],
  ['gone, new and moved at once', 'abcde', 'xeabc', ['d', 'x', 'e']],
  ['a second column of the same name', 'ab', 'aba', ['', 'a', '']],
  ['letters of another case, and white space', 'ab', 'AB', null],
])('%s', (_, before, after, expected) => {
  const told = change(letters(before), letters(after));
  if (expected !== null && before === 'abcd' && after === 'acbd')
    expect([
      ['', '', 'c'],
      ['', '', 'b'],
    ]).toContainEqual(told);
  else expect(told).toEqual(expected);
});

test('columns without a name, and white space around names, change nothing', () => {
  expect(change(['a', ' b'], ['a ', '', 'b', ' '])).toBeNull();
});

test('of a header that was cut, nothing is told that nobody knows', () => {
  const names = Array.from({ length: 200 }, (_, at) => `column ${at}`);
  // A new first column has pushed the last one out of what is kept.
  expect(change(names, ['new', ...names.slice(0, -1)])).toBeNull();
  expect(change(names.slice(0, 100), ['new', ...names.slice(0, 99)])).toEqual(['column 99', 'new', '']);
});

test('files that only one of the runs has read, or another source, are not compared', () => {
  const before = [header(['a'], 'a.csv', 'b.csv')];
  const after = [header(['b'], 'b.csv', 'c.csv'), { source: 'others', names: ['b'], files: ['a.csv'] }];
  expect(compareHeaders(before, after)).toEqual([{ source: SOURCE, file: 'b.csv', gone: ['a'], new: ['b'], moved: [] }]);
});

test('a report tells of so many files and names, however many have changed', () => {
  const files = Array.from({ length: 150 }, (_, at) => `${at}.csv`);
  const names = (letter: string): string[] => Array.from({ length: 60 }, (_, at) => `${letter}${at}`);
  const changes = compareHeaders([header(names('x'), ...files)], [header(names('y'), ...files)]);
  expect([changes.length, changes[99]?.gone.length, changes[99]?.new.length]).toEqual([100, 50, 50]);
});
