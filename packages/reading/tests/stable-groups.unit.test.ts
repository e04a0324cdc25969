import type { PlannedFile } from '@retail-etl/staging';
import { expect, test } from 'vitest';
import { stableGroups } from '../src/sources/csv-files/stable-groups.js';

const file = (name: string, bytes = 1_000, changedNs = '1'): PlannedFile => ({
  name,
  bytes,
  modifiedNs: '1',
  changedNs,
  inode: `1:${name}`,
});
const named = (first: number, last: number, bytes?: number): PlannedFile[] =>
  Array.from({ length: last - first + 1 }, (_, index) => file(`f${String(first + index).padStart(5, '0')}`, bytes));
const names = (groups: readonly (readonly PlannedFile[])[]): string[] => groups.map((group) => group.map(({ name }) => name).join());

test('files that shared a partition stay together, and new ones share another', () => {
  const earlier = [[file('b'), file('d')], [file('c')]];
  const { groups, kept } = stableGroups([file('a'), file('b'), file('c'), file('d'), file('e')], earlier);
  expect(names(groups)).toEqual(['b,d', 'c', 'a,e']);
  expect(kept).toBe(2);
});

test.each([
  ['is gone', [file('b')]],
  ['has another size', [file('a', 7), file('b')]],
  ['was changed at another time', [file('a', 1_000, '2'), file('b')]],
  ['is another file', [{ ...file('a'), inode: '1:other' }, file('b')]],
  ['has another time', [{ ...file('a'), modifiedNs: '2' }, file('b')]],
])('where one of them %s, the others are grouped anew', (_, now) => {
  expect(stableGroups(now, [[file('a'), file('b')]])).toMatchObject({ kept: 0 });
});

test('a file is in one group, whatever groups it was in', () => {
  const { groups } = stableGroups([file('a'), file('b'), file('c')], [[file('a')], [file('a'), file('b')]]);
  expect(names(groups)).toEqual(['a,b', 'c']);
});

test('small groups are put together once there are many, large ones stay', () => {
  const large = named(0, 249);
  const small = (count: number): PlannedFile[][] => Array.from({ length: count }, (_, index) => named(1_000 + index, 1_000 + index));
  const eight = stableGroups([...large, ...small(8).flat()], [large, ...small(8)]);
  expect(eight).toMatchObject({ kept: 9 });
  const nine = stableGroups([...large, ...small(9).flat()], [large, ...small(9)]);
  expect(nine.kept).toBe(1);
  expect(nine.groups.map(({ length }) => length)).toEqual([250, 9]);
});
