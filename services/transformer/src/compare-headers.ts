import { columnKey, type HeaderChange, type ReadHeader } from '@retail-etl/sales';
import type { ExtractManifest } from '@retail-etl/staging';

/** Files of a run whose headers are kept, and the characters of all different headers together. */
const FILES_MAX = 2_000;
const CHARACTERS_MAX = 1 << 18;

/** As many names as an extract keeps of a header: one that has so many may have had more. */
const NAMES_MAX = 200;

/** What a report tells: so many files, and so many names of each kind. */
const CHANGES_MAX = 100;
const TOLD_NAMES_MAX = 50;

/** The headers that a run has read, each once with the files that have it. */
export function gatherHeaders(extracts: readonly ExtractManifest[]): ReadHeader[] {
  const headers = new Map<string, ReadHeader>();
  let characters = 0;
  const read = extracts.flatMap(({ source, sources }) => sources.map(({ file, header = [] }) => ({ source, file, names: header })));
  for (const { source, file, names } of read.filter((each) => each.file !== null && each.names.length > 0).slice(0, FILES_MAX)) {
    const key = JSON.stringify([source, names]);
    const known = headers.get(key);
    if (known !== undefined) {
      known.files.push(file!);
      continue;
    }
    characters += key.length;
    if (characters > CHARACTERS_MAX) break;
    headers.set(key, { source, names: [...names], files: [file!] });
  }
  return [...headers.values()];
}

/** For each file that both runs have read, under the same source and name: how its header differs. Files whose headers do not are left out. */
export function compareHeaders(before: readonly ReadHeader[], after: readonly ReadHeader[]): HeaderChange[] {
  const namesBefore = new Map(before.flatMap(({ source, names, files }) => files.map((file) => [JSON.stringify([source, file]), names])));
  const changes: HeaderChange[] = [];
  for (const { source, names, files } of after) {
    for (const file of files) {
      const old = namesBefore.get(JSON.stringify([source, file]));
      const change = old === undefined ? null : changeOf(old, names);
      if (change !== null && changes.length < CHANGES_MAX) changes.push({ source, file, ...change });
    }
  }
  return changes;
}

function changeOf(before: readonly string[], after: readonly string[]): Omit<HeaderChange, 'source' | 'file'> | null {
  const [old, now] = [columnsOf(before), columnsOf(after)];
  // Of a header that was cut, nobody knows what else it had.
  const gone = after.length >= NAMES_MAX ? [] : [...old].filter(([key]) => !now.has(key)).map(([, name]) => name);
  const added = before.length >= NAMES_MAX ? [] : [...now].filter(([key]) => !old.has(key)).map(([, name]) => name);
  const order = [...old.keys()].filter((key) => now.has(key));
  const places = new Map(order.map((key, place) => [key, place]));
  const common = [...now].filter(([key]) => places.has(key));
  const stayed = longestRise(common.map(([key]) => places.get(key)!));
  const moved = common.filter((_, at) => !stayed.has(at)).map(([, name]) => name);
  if (gone.length + added.length + moved.length === 0) return null;
  const told = (names: readonly string[]): string[] => names.slice(0, TOLD_NAMES_MAX);
  return { gone: told(gone), new: told(added), moved: told(moved) };
}

/** Columns by their names as names are compared, the second of a name apart from the first. Those without a name are left out. */
function columnsOf(names: readonly string[]): Map<string, string> {
  const columns = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const name of names) {
    const key = columnKey(name);
    if (key === '') continue;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    columns.set(JSON.stringify([key, count]), name.trim());
  }
  return columns;
}

/** The places of a longest part of `numbers` that rises: what stayed in order, so that the fewest have moved. */
function longestRise(numbers: readonly number[]): Set<number> {
  const lengths: number[] = [];
  const previous: number[] = [];
  let last = -1;
  for (const [at, number] of numbers.entries()) {
    let [length, before] = [1, -1];
    for (let earlier = 0; earlier < at; earlier += 1)
      if (numbers[earlier]! < number && lengths[earlier]! + 1 > length) [length, before] = [lengths[earlier]! + 1, earlier];
    lengths.push(length);
    previous.push(before);
    if (last === -1 || length > lengths[last]!) last = at;
  }
  const rise = new Set<number>();
  for (let at = last; at !== -1; at = previous[at]!) rise.add(at);
  return rise;
}
