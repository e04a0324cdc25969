import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createRunFolders,
  type ExtractManifest,
  isKept,
  keepPartition,
  keyOf,
  listKept,
  noteUse,
  type PartialManifest,
  type Partition,
  removeHalfKept,
  restorePartition,
  runFolders,
  type RunFolders,
  sweepKept,
} from '../src/index.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'retail-etl-kept-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const KEY = keyOf('one');
const partition = (key = KEY): Partition => ({
  name: 'files-00001',
  source: 'shops',
  key,
  rules: 'r',
  files: [{ name: 'a.csv', bytes: 1, modifiedNs: '1', changedNs: '1', inode: '1:1' }],
});
const times = { startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:01.000Z' };
const EXTRACT: ExtractManifest = { source: 'shops', chunks: ['files-00001-aaaaaaaa-00001'], sources: [], copiedRows: null, ...times };
/** Partial and rejects have the same base name. */
const PARTIAL: PartialManifest = {
  source: 'shops',
  books: [],
  file: { name: 'x.parquet', bytes: 3, crc32: 7 },
  sums: 1,
  rejectsFile: 'x.parquet',
  ...times,
};

async function finishedRun(id: string): Promise<RunFolders> {
  const folders = runFolders(dataDir, id);
  await createRunFolders(folders);
  await writeFile(join(folders.partials, 'x.parquet'), 'sum');
  await writeFile(join(folders.rejects, 'x.parquet'), 'reject');
  return folders;
}

async function keep(key = KEY): Promise<void> {
  await keepPartition(await finishedRun(`run-${key.slice(0, 4)}`), { partition: partition(key), extract: EXTRACT, partials: [PARTIAL] });
}

test('what is kept of a partition stands in another run as if that had made it', async () => {
  await keep();
  expect(await listKept(dataDir, new Set(['r']))).toEqual([
    { key: KEY, source: 'shops', rules: 'r', files: partition().files, lastRun: '' },
  ]);
  expect(await listKept(dataDir, new Set(['other']))).toEqual([]);
  const folders = runFolders(dataDir, 'next');
  await createRunFolders(folders);
  for (let time = 0; time < 2; time += 1) expect(await restorePartition(folders, { ...partition(), name: 'files-00007' })).toBe(true);
  const chunk = `files-00007-${KEY.slice(0, 8)}-00001`;
  expect(JSON.parse(await readFile(folders.extractManifest('files-00007'), 'utf8'))).toMatchObject({ source: 'shops', chunks: [chunk] });
  expect(JSON.parse(await readFile(folders.partialManifest(chunk), 'utf8'))).toMatchObject({ sums: 1 });
  expect(await readFile(join(folders.partials, 'x.parquet'), 'utf8')).toBe('sum');
  expect(await readFile(join(folders.rejects, 'x.parquet'), 'utf8')).toBe('reject');
});

test.each([
  ['nothing is kept', async () => rm(join(dataDir, 'kept'), { recursive: true })],
  ['a file of it is gone', async () => rm(join(dataDir, 'kept/partitions', KEY, 'partials/x.parquet'))],
  ['its manifest is no JSON', async () => writeFile(join(dataDir, 'kept/partitions', KEY, 'partition.json'), '{')],
  ['its manifest is other JSON', async () => writeFile(join(dataDir, 'kept/partitions', KEY, 'partition.json'), '{"crc32":1,"body":"{}"}')],
  [
    'a letter of its manifest is another',
    async () => {
      const path = join(dataDir, 'kept/partitions', KEY, 'partition.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace('partials', 'pqrtials'));
    },
  ],
])('where %s, the partition has to be extracted', async (_, spoil) => {
  await keep();
  await spoil();
  const folders = runFolders(dataDir, 'next');
  await createRunFolders(folders);
  expect(await restorePartition(folders, partition())).toBe(false);
  expect(await readdir(folders.staging)).toEqual(['chunks', 'partials']);
  // What is made anew takes its place.
  await rm(join(dataDir, 'runs'), { recursive: true });
  await keep();
  expect(await isKept(dataDir, KEY)).toBe(true);
  await createRunFolders(folders);
  expect(await restorePartition(folders, partition())).toBe(true);
});

test('what the newest merged runs, runs planned since, and others that are named use is kept, and nothing else', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e'].map((each) => keyOf(each));
  for (const key of keys) await keep(key);
  const note = (day: number, key: number, isMerged: boolean): Promise<void> =>
    noteUse(dataDir, `2026010${day}`, { keys: [keys[key]!], isMerged });
  await note(1, 0, true);
  await note(2, 1, true);
  await note(3, 4, false);
  await note(4, 2, true);
  await note(5, 3, false);
  // An attempt is keeping something.
  await mkdir(join(dataDir, 'kept/partitions', `${keys[0]}.0123abcd.tmp`));
  expect(await sweepKept(dataDir, { runs: 1, runIds: ['20260101'] })).toBe(2);
  expect(new Set(await readdir(join(dataDir, 'kept/partitions')))).toEqual(new Set([keys[0], keys[2], keys[3], `${keys[0]}.0123abcd.tmp`]));
  expect(new Set(await readdir(join(dataDir, 'kept/uses')))).toEqual(new Set(['20260101.json', '20260104.json', '20260105.json']));
  expect((await listKept(dataDir, new Set(['r']))).map(({ lastRun }) => lastRun).toSorted()).toEqual(['', '20260101', '20260104']);
  expect(await sweepKept(dataDir, { runs: 1, runIds: ['20260101'] })).toBe(0);
  await removeHalfKept(dataDir);
  expect(new Set(await readdir(join(dataDir, 'kept/partitions')))).toEqual(new Set([keys[0], keys[2], keys[3]]));
});

test('without a note of any run nothing is swept', async () => {
  await keep();
  expect(await sweepKept(dataDir, { runs: 1, runIds: [] })).toBe(0);
  expect(await isKept(dataDir, KEY)).toBe(true);
  expect(await sweepKept(join(dataDir, 'absent'), { runs: 1, runIds: [] })).toBe(0);
});

test('an extract that was stopped counts for nothing, and a manifest that cannot be read is written anew', async () => {
  await keep();
  const folders = runFolders(dataDir, 'next');
  await createRunFolders(folders);
  await writeFile(folders.extractManifest('files-00001'), '{');
  expect(await restorePartition(folders, partition())).toBe(true);
  await rm(folders.extractManifest('files-00001'));
  await writeFile(folders.extractManifest('files-00001'), JSON.stringify({ format: 3, ...EXTRACT, stoppedInEpoch: 1 }));
  expect(await restorePartition(folders, partition())).toBe(false);
});
