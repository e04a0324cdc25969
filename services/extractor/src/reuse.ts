import { join } from 'node:path';
import type { RunParams } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import { INPUT_FOLDER } from '@retail-etl/reading';
import type { SalesModel, SourceDefinition } from '@retail-etl/sales';
import { type InputChanges, keyOf, type KeptGroup, type Partition, type PlanManifest, type RunFolders } from '@retail-etl/staging';
import { type FindContentKey, inBatches, isSameFile, openContentKeys, READS_MAX } from '@retail-etl/store';

/** Settings that reading and judging depend on besides the definition. */
type Settings = Pick<PlanManifest, 'csvEncoding' | 'dateFormats'>;

/** What the rows of a source's files are read and judged by, besides what the files hold. Limits do not belong to it. */
export function rulesKey(model: SalesModel, source: SourceDefinition, settings: Settings, { from, to }: RunParams): string {
  const { maxRejectRatio: _ratio, allowsDuplicates: _duplicates, badFile: _bad, place, ...rules } = source;
  const { csvEncoding, dateFormats } = settings;
  return keyOf({ model, rules, sheet: 'sheet' in place ? place.sheet : null, csvEncoding, dateFormats, from, to });
}

/** A file may change again within the same tick of its file system's clock; some servers count in two seconds. */
const YOUNG_MS = 2_000;

/** What a file's content is known by. */
export function findContentKeys(folders: RunFolders): Promise<FindContentKey> {
  return openContentKeys(join(folders.dataDir, INPUT_FOLDER), folders.staging, scaledMs(YOUNG_MS));
}

/** Gives each partition of files its key, and says which of them are among those that are kept. */
export async function findKept(
  partitions: readonly Partition[],
  { rules, contentKey, kept }: { readonly rules: string; readonly contentKey: FindContentKey; readonly kept: readonly KeptGroup[] },
): Promise<Partition[]> {
  const keys = new Set(kept.map(({ key }) => key));
  const found: Partition[] = [];
  for (const partition of partitions) {
    const { files, hasCells = false } = partition;
    const contents = (await inBatches(files, READS_MAX, contentKey)).filter((content) => content !== null);
    if (files.length === 0 || contents.length < files.length) {
      found.push(partition);
      continue;
    }
    const digests = contents.map(({ sha256 }) => sha256);
    const key = keyOf([rules, hasCells, files.map(({ name }, index) => [name, contents[index]!.text])]);
    found.push({
      ...partition,
      key,
      rules,
      ...(digests.every((sha256) => sha256 === null) ? {} : { digests }),
      ...(keys.has(key) ? { isReused: true } : {}),
    });
  }
  return found;
}

/** What has become of a source's files since the last run by the same rules. */
export function describeInputs(source: string, partitions: readonly Partition[], kept: readonly KeptGroup[]): InputChanges {
  const lastRun = kept.map((group) => group.lastRun).reduce((a, b) => (a > b ? a : b), '');
  const earlier = new Map(
    kept
      .filter((group) => group.lastRun === lastRun)
      .flatMap((group) => group.files)
      .map((file) => [file.name, file]),
  );
  const files = partitions.flatMap((partition) => partition.files.map((file) => ({ file, isReused: partition.isReused === true })));
  const names = new Set(files.map(({ file }) => file.name));
  const read = files.filter(({ isReused }) => !isReused).map(({ file }) => file);
  const isChanged = (file: (typeof read)[number]): boolean => {
    const before = earlier.get(file.name);
    return before !== undefined && !isSameFile(before, file);
  };
  return {
    source,
    reused: files.length - read.length,
    read: read.length,
    new: read.filter(({ name }) => !earlier.has(name)).length,
    changed: read.filter(isChanged).length,
    gone: [...earlier.keys()].filter((name) => !names.has(name)).length,
  };
}
