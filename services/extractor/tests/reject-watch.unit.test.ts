import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Source } from '@retail-etl/reading';
import {
  type ChunkManifest,
  createRunFolders,
  type ExtractManifest,
  type PartialManifest,
  type Partition,
  publishManifest,
  type RunFolders,
  runFolders,
} from '@retail-etl/staging';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { ReadingStopped, RejectWatch } from '../src/reject-watch.js';

const TIMES = { startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:01.000Z' };
const FILE = { name: 'x', bytes: 0, crc32: 0 };
const GOOD_ROW_BYTES = 19;
const EPOCH = 2;

let dataDir: string;
let folders: RunFolders;
let runs = 0;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'reject-watch-'));
  await newRun();
});
afterEach(() => rm(dataDir, { recursive: true }));

async function newRun(): Promise<void> {
  runs += 1;
  folders = runFolders(dataDir, `run-${runs}`);
  await createRunFolders(folders);
}

/** Rows of each kind in a chunk or a whole partition. */
interface Rows {
  readonly malformed: number;
  readonly rejected: number;
  readonly good: number;
}

/** Partitions `p0`, `p1` … of these bytes; the first is the one that is watched. The last of them is the table if `withTable`. */
function watch(bytes: readonly number[], withTable = false): RejectWatch {
  const partitions: Partition[] = bytes.map((_, index) => ({ name: `p${index}`, source: 'store_sales', files: [] }));
  if (withTable) partitions.push({ name: 'table', source: 'online_sales', files: [] });
  const source = { name: 'store_sales', bytesMost: ({ name }: Partition) => bytes[Number(name.slice(1))]! } as Source;
  return new RejectWatch({ folders, plan: { params: {}, partitions, ...TIMES }, source, partition: partitions[0]!, epoch: EPOCH });
}

async function isStopped(rejects: RejectWatch): Promise<boolean> {
  try {
    await rejects.check();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(ReadingStopped);
    return true;
  }
}

const chunkOf = ({ malformed, rejected, good }: Rows): ChunkManifest => ({
  source: 'store_sales',
  params: {},
  rows: rejected + good,
  file: FILE,
  malformed,
  malformedFile: null,
  linesFile: null,
  segments: [],
});

async function transform(chunk: string, { malformed, rejected, good }: Rows, ratio: number | null): Promise<void> {
  const rowsRejected = malformed + rejected;
  const counts = { rowsRead: rowsRejected + good, rowsAccepted: good, rowsRejected, rowsSkipped: 0 };
  await publishManifest<PartialManifest>(folders.partialManifest(chunk), {
    source: 'store_sales',
    ...(ratio === null ? {} : { rejectLimit: { ratio, goodRowBytes: GOOD_ROW_BYTES } }),
    books: [{ file: 'a.csv', ...counts, rejectsByReason: {}, quantity: '0', amount: '0' }],
    file: FILE,
    sums: 0,
    rejectsFile: null,
    ...TIMES,
  });
}

async function extract(partition: string, rows: number, malformed: number, more: Partial<ExtractManifest> = {}): Promise<void> {
  const sources = [{ file: `${partition}.csv`, rows, malformed, bytes: 0, sha256: null }];
  await publishManifest<ExtractManifest>(folders.extractManifest(partition), {
    source: 'store_sales',
    chunks: [],
    sources,
    copiedRows: null,
    ...more,
    ...TIMES,
  });
}

const ALL_MALFORMED = { malformed: 100, rejected: 0, good: 0 };

test('stops as soon as too many are rejected even if all that is to come were good, and not one byte before', async () => {
  // 100 rejected pass under a limit of a half with 100 good rows, which take 1,900 bytes.
  for (const [bytesLeft, stops] of [
    [1_900, false],
    [1_882, false],
    [1_881, true],
  ] as const) {
    await newRun();
    const rejects = watch([1_000_000]);
    expect(await isStopped(rejects)).toBe(false);
    rejects.staged('c1', chunkOf(ALL_MALFORMED), bytesLeft);
    // The limit is not known until a chunk has been transformed.
    expect(await isStopped(rejects)).toBe(false);
    await transform('c1', ALL_MALFORMED, 0.5);
    expect(await isStopped(rejects)).toBe(stops);
  }
});

test('without a limit in the partial, as another version leaves it, nothing is stopped', async () => {
  const rejects = watch([1_000]);
  rejects.staged('c1', chunkOf(ALL_MALFORMED), 0);
  await transform('c1', ALL_MALFORMED, null);
  expect(await isStopped(rejects)).toBe(false);
});

test('of transformers with several limits the largest counts, and a limit of 1 never stops', async () => {
  const rejects = watch([1_000]);
  const stops: boolean[] = [];
  for (const [index, ratio] of [0.1, 1, 0.5].entries()) {
    rejects.staged(`c${index}`, chunkOf(ALL_MALFORMED), 0);
    await transform(`c${index}`, ALL_MALFORMED, ratio);
    if (index > 0) stops.push(await isStopped(rejects));
  }
  expect(stops).toEqual([false, false]);
});

test('rejected rows count that are no malformed ones, once they are transformed', async () => {
  const rejects = watch([1_000]);
  const rows = { malformed: 0, rejected: 60, good: 40 };
  rejects.staged('c1', chunkOf({ ...rows, good: 0, rejected: 0 }), 0);
  await transform('c1', { malformed: 0, rejected: 0, good: 1 }, 0.5);
  rejects.staged('c2', chunkOf(rows), 0);
  expect(await isStopped(rejects)).toBe(false);
  await transform('c2', rows, 0.5);
  await expect(rejects.check()).rejects.toThrow('60 rows of store_sales are rejected and at most 41 can be good');
});

test('other partitions count by their bytes until they have ended, then by their records', async () => {
  const rejects = watch([1_000, 3_800, 3_800]);
  rejects.staged('c1', chunkOf(ALL_MALFORMED), 0);
  await transform('c1', ALL_MALFORMED, 0.5);
  expect(await isStopped(rejects)).toBe(false);
  await extract('p1', 10, 10);
  expect(await isStopped(rejects)).toBe(false);
  await extract('p2', 200, 80);
  await expect(rejects.check()).rejects.toThrow('190 rows of store_sales are rejected and at most 120 can be good');
});

test('what another source has does not count', async () => {
  const rejects = watch([1_000, 2_000], true);
  rejects.staged('c1', chunkOf(ALL_MALFORMED), 0);
  await transform('c1', ALL_MALFORMED, 0.5);
  await extract('table', 1_000, 1_000, { source: 'online_sales' });
  expect(await isStopped(rejects)).toBe(false);
});

test('a partition that was stopped stops the others, unless that was before the retry', async () => {
  const rejects = watch([1_000, 1_000]);
  await extract('p1', 0, 0, { stoppedInEpoch: EPOCH - 1 });
  expect(await isStopped(rejects)).toBe(false);
  await rm(folders.extractManifest('p1'));
  await extract('p1', 0, 0, { stoppedInEpoch: EPOCH });
  expect(await isStopped(rejects)).toBe(true);
});

test('whatever lies where and is transformed when: a run that would pass is never stopped', async () => {
  const [few, many] = [fc.nat({ max: 2 }), fc.nat({ max: 60 })];
  const late = fc.boolean();
  const chunk = fc.oneof(
    fc.record({ malformed: many, rejected: few, good: few, isLate: late }),
    fc.record({ malformed: few, rejected: many, good: few, isLate: late }),
    fc.record({ malformed: few, rejected: few, good: many, isLate: late }),
  );
  const bytesOf = ({ malformed, rejected, good }: Rows): number => 2 * malformed + 6 * rejected + GOOD_ROW_BYTES * good;
  const settings = propertySettings('runs that pass', 200);
  await fc.assert(
    fc.asyncProperty(
      fc.array(chunk, { minLength: 1, maxLength: 12 }),
      chunk,
      fc.boolean(),
      fc.constantFrom(0, 0.1, 0.5, 0.9),
      async (own, other, isEarly, ratio) => {
        await newRun();
        const sum = (of: (rows: Rows) => number): number => [...own, other].reduce((total, rows) => total + of(rows), 0);
        const rejected = sum((rows) => rows.malformed + rows.rejected);
        const passes = !(rejected / (rejected + sum(({ good }) => good)) > ratio);
        let left = own.reduce((total, rows) => total + bytesOf(rows), 0);
        const rejects = watch([left, bytesOf(other)]);
        const { malformed } = other;
        if (isEarly) await extract('p1', malformed + other.rejected + other.good, malformed);
        let stopped = false;
        for (const [index, rows] of own.entries()) {
          left -= bytesOf(rows);
          rejects.staged(`c${index}`, chunkOf(rows), left);
          if (!rows.isLate) await transform(`c${index}`, rows, ratio);
          if (await isStopped(rejects)) stopped = true;
        }
        if (passes) expect(stopped).toBe(false);
        // At the end nothing is left but what was not transformed, and the other partition.
        else if (isEarly && other.rejected === 0 && own.every(({ isLate }) => !isLate)) expect(stopped).toBe(true);
      },
    ),
    settings,
  );
});
