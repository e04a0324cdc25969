import { join } from 'node:path';
import { crashPoint } from '@retail-etl/faults';
import { EtlError, type RunParams, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { inBatches, publishManifest, readManifest } from '@retail-etl/store';
import { SOURCES } from '@retail-etl/sales';
import type { Database } from '@retail-etl/mysql';
import { findRun } from '@retail-etl/ledger';
import type { Producer } from '@retail-etl/queue';
import type { StepContext } from '@retail-etl/runtime';
import {
  createRunFolders,
  type Partition,
  type PlanManifest,
  type PlannedFile,
  removeRunStaging,
  type RunFolders,
  runFolders,
} from '@retail-etl/staging';
import { listStoreFiles, readHeader, openStoreFile, type ReadOptions } from '@retail-etl/reading';

/** Small files share a partition up to so many bytes and files. */
const PARTITION_BYTES = 16 << 20;
const PARTITION_FILES = 250;

/** Headers read at once: one by one each would wait for the disk, but a compressed file takes some 3 MB meanwhile. */
const HEADERS_MAX = 4;

export interface PlanDeps {
  readonly dataDir: string;
  readonly database: Database;
  readonly producer: Producer;
  readonly files: Omit<ReadOptions, 'folder'>;
}

/**
 * Decides once what the run reads, checks every header, and attaches an extract job for each partition. A repeated plan, also
 * that of a retry, keeps the first one's list; an extract job that finds its partition complete ends at once.
 */
export async function planRun(data: RunStepData, deps: PlanDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  await createRunFolders(folders);
  crashPoint('plan.after-folders');
  const plan = (await readPlan(data, deps, folders)) ?? (await makePlan(data, deps, context));
  crashPoint('plan.after-manifest');
  await deps.producer.attachExtracts(
    data.runId,
    data.epoch,
    plan.partitions.map(({ name }) => name),
  );
  crashPoint('plan.after-attach');
  const files = plan.partitions.reduce((sum, partition) => sum + ('files' in partition ? partition.files.length : 0), 0);
  const note = `the table and ${files} files, in ${plan.partitions.length} partitions`;
  await context.note(note);
  return { rows: 0, note };
}

/** What was made under a damaged plan may not fit the one that replaces it, so all of it goes. */
async function readPlan(data: RunStepData, deps: PlanDeps, folders: RunFolders): Promise<PlanManifest | undefined> {
  try {
    return await readManifest<PlanManifest>(folders.planManifest);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    await removeRunStaging(deps.dataDir, data.runId);
    await createRunFolders(folders);
    return undefined;
  }
}

async function makePlan(data: RunStepData, deps: PlanDeps, context: StepContext): Promise<PlanManifest> {
  const startedAt = new Date().toISOString();
  const folders = runFolders(deps.dataDir, data.runId);
  const folder = join(deps.dataDir, 'input');
  const run = await findRun(deps.database, data.runId);
  const params: RunParams = run?.params ?? {};
  const files = await listStoreFiles(folder);
  await inBatches(files, HEADERS_MAX, async (planned) => {
    context.signal.throwIfAborted();
    const file = await openStoreFile(planned, { ...deps.files, folder });
    try {
      await readHeader(file);
    } finally {
      await file.close();
    }
  });
  const partitions: Partition[] = [{ name: 'table', source: SOURCES.online }, ...groupFiles(files)];
  const plan: PlanManifest = { params, partitions, startedAt, finishedAt: new Date().toISOString() };
  return (await publishManifest(folders.planManifest, plan)).manifest;
}

/** Large files first, each alone; small ones together. */
function groupFiles(files: readonly PlannedFile[]): Partition[] {
  const groups: PlannedFile[][] = [];
  const small: PlannedFile[] = [];
  for (const file of files) {
    if (file.bytes >= PARTITION_BYTES / 2) groups.push([file]);
    else small.push(file);
  }
  groups.sort((a, b) => b[0]!.bytes - a[0]!.bytes);
  let group: PlannedFile[] = [];
  let bytes = 0;
  for (const file of small) {
    if (group.length === PARTITION_FILES || (group.length > 0 && bytes + file.bytes > PARTITION_BYTES)) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.bytes;
  }
  if (group.length > 0) groups.push(group);
  return groups.map((each, index) => ({ name: `files-${String(index + 1).padStart(5, '0')}`, source: SOURCES.store, files: each }));
}
