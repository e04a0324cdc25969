import type { PlannedFile } from '@retail-etl/staging';

/** Small files share a partition up to so many bytes and files. */
export const PARTITION_BYTES = 16 << 20;
export const PARTITION_FILES = 250;

/** Groups files for partitions: large files first, each alone; then small ones together, in their order. */
export function groupFiles(files: readonly PlannedFile[]): PlannedFile[][] {
  const large = files.filter(({ bytes }) => bytes >= PARTITION_BYTES / 2).sort((a, b) => b.bytes - a.bytes);
  const groups = large.map((file) => [file]);
  let group: PlannedFile[] = [];
  let bytes = 0;
  for (const file of files.filter((each) => each.bytes < PARTITION_BYTES / 2)) {
    if (group.length === PARTITION_FILES || (group.length > 0 && bytes + file.bytes > PARTITION_BYTES)) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.bytes;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
