import type { PlannedFile } from '@retail-etl/staging';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { groupFiles } from '../src/sources/csv-files/group-files.js';

const MIB = 1 << 20;

const file = (name: string, bytes: number): PlannedFile => ({ name, bytes, modifiedNs: '1', changedNs: '1', inode: `1:${name}` });
const files = (...sizes: number[]): PlannedFile[] => sizes.map((bytes, index) => file(String(index).padStart(5, '0'), bytes));
const names = (groups: PlannedFile[][]): string[][] => groups.map((group) => group.map(({ name }) => name));

describe('groupFiles', () => {
  test('gives no group for no file, and one for one, however small or large', () => {
    expect(groupFiles([])).toEqual([]);
    for (const bytes of [0, 1, 8 * MIB, 5_000 * MIB]) expect(names(groupFiles(files(bytes)))).toEqual([['00000']]);
  });

  test('gives a file of 8 MiB and more a group of its own, the largest first', () => {
    const groups = groupFiles(files(8 * MIB, 8 * MIB - 1, 20 * MIB, 9 * MIB));
    expect(names(groups)).toEqual([['00002'], ['00003'], ['00000'], ['00001']]);
  });

  test('keeps the order of large files of the same size, and of small ones', () => {
    expect(names(groupFiles(files(1, 9 * MIB, 2, 9 * MIB, 3)))).toEqual([['00001'], ['00003'], ['00000', '00002', '00004']]);
  });

  test('fills a group up to 16 MiB, not a byte more', () => {
    expect(names(groupFiles(files(7 * MIB, 7 * MIB, 2 * MIB, 0)))).toEqual([['00000', '00001', '00002', '00003']]);
    expect(names(groupFiles(files(7 * MIB, 7 * MIB, 2 * MIB + 1)))).toEqual([['00000', '00001'], ['00002']]);
  });

  test('fills a group up to 250 files', () => {
    expect(groupFiles(files(...Array.from({ length: 501 }, () => 10))).map((group) => group.length)).toEqual([250, 250, 1]);
  });

  test('changes nothing of what it is given, and repeats itself', () => {
    const given = Object.freeze(files(9 * MIB, 1, 20 * MIB, 2));
    expect(groupFiles(given)).toEqual(groupFiles(given));
  });

  test('puts every file into exactly one group, within the bounds, and makes no group that its neighbour had room for', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: 24 * MIB }));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 600 }), (sizes) => {
        const given = files(...sizes);
        const groups = groupFiles(given);
        const byName = (a: PlannedFile, b: PlannedFile): number => (a.name < b.name ? -1 : 1);
        expect(groups.flat().sort(byName)).toEqual(given);
        const shared = groups.filter(([first]) => first!.bytes < 8 * MIB);
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(0);
          if (!shared.includes(group)) expect(group).toHaveLength(1);
        }
        for (const [index, group] of shared.entries()) {
          const bytes = group.reduce((sum, each) => sum + each.bytes, 0);
          expect(bytes).toBeLessThanOrEqual(16 * MIB);
          expect(group.length).toBeLessThanOrEqual(250);
          const next = shared[index + 1]?.[0];
          if (next !== undefined) expect(group.length === 250 || bytes + next.bytes > 16 * MIB).toBe(true);
        }
      }),
      propertySettings('groups of files', 200),
    );
  });
});
