import type { PlannedFile } from '@retail-etl/staging';
import { isSameFile } from '@retail-etl/store';
import { groupFiles, PARTITION_BYTES, PARTITION_FILES } from './group-files.js';

/** Files that shared a partition of an earlier run, as they were then. */
export type EarlierGroup = readonly PlannedFile[];

/** More groups that are less than half full are grouped anew: each night's new files make one. */
const SMALL_GROUPS_MAX = 8;

/**
 * Groups files for partitions. Those that shared one in an earlier run, and are all as they were, stay together, so that it need not be read again;
 * the others are grouped as if there were no earlier run. `kept` says which groups are such.
 */
export function stableGroups(files: readonly PlannedFile[], earlier: readonly EarlierGroup[]): { groups: PlannedFile[][]; kept: number } {
  const now = new Map(files.map((file) => [file.name, file]));
  const taken = new Set<string>();
  const whole: PlannedFile[][] = [];
  // The largest first, should a file be in several.
  for (const group of [...earlier].sort((a, b) => b.length - a.length)) {
    const same = group
      .map((file) => now.get(file.name))
      .filter((file, index) => file !== undefined && isSameFile(file, group[index]!) && !taken.has(file.name));
    if (same.length !== group.length) continue;
    for (const { name } of group) taken.add(name);
    whole.push(same as PlannedFile[]);
  }
  const small = whole.filter(isSmall);
  const kept = small.length > SMALL_GROUPS_MAX ? whole.filter((group) => !isSmall(group)) : whole;
  const inKept = new Set(kept.flat().map(({ name }) => name));
  return { groups: [...kept, ...groupFiles(files.filter(({ name }) => !inKept.has(name)))], kept: kept.length };
}

function isSmall(group: readonly PlannedFile[]): boolean {
  return group.length < PARTITION_FILES / 2 && group.reduce((sum, { bytes }) => sum + bytes, 0) < PARTITION_BYTES / 2;
}
