import { EtlError, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { findRun } from '@retail-etl/ledger';
import { checkTarget, type Database, tryTargetRights, withConnection } from '@retail-etl/mysql';
import type { Producer } from '@retail-etl/queue';
import type { Source } from '@retail-etl/reading';
import type { StepContext } from '@retail-etl/runtime';
import type { SourceName } from '@retail-etl/sales';
import {
  createRunFolders,
  type Partition,
  type PlanManifest,
  publishManifest,
  readManifest,
  removeRunStaging,
  type RunFolders,
  runFolders,
} from '@retail-etl/staging';

export interface PlanDeps {
  readonly dataDir: string;
  readonly database: Database;
  readonly producer: Producer;
  readonly sources: ReadonlyMap<SourceName, Source>;
}

/**
 * Decides once what the run reads, and attaches an extract job for each partition. A repeated plan, also that of a retry, keeps the
 * first one's list; an extract job that finds its partition complete ends at once. Before that it looks at the target: what cannot be
 * published need not be read.
 */
export async function planRun(data: RunStepData, deps: PlanDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  await lookAtTarget(deps.database);
  await createRunFolders(folders);
  crashPoint('plan.after-folders');
  const plan = (await readPlan(data, deps, folders)) ?? (await makePlan(data, deps, folders, context.signal));
  crashPoint('plan.after-manifest');
  await deps.producer.attachExtracts(
    data.runId,
    data.epoch,
    plan.partitions.map(({ name }) => name),
  );
  crashPoint('plan.after-attach');
  const files = plan.partitions.reduce((sum, partition) => sum + partition.files.length, 0);
  const note = `the table and ${files} files, in ${plan.partitions.length} partitions`;
  await context.note(note);
  return { rows: 0, note };
}

async function lookAtTarget(database: Database): Promise<void> {
  await withConnection(database, 'looking at the target', async (connection) => {
    await checkTarget(connection);
    await tryTargetRights(connection);
  });
}

/** What was made under a damaged plan, or by another version, may not fit the one that replaces it, so all of it goes. */
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

async function makePlan(data: RunStepData, deps: PlanDeps, folders: RunFolders, signal: AbortSignal): Promise<PlanManifest> {
  const startedAt = new Date().toISOString();
  const run = await findRun(deps.database, data.runId);
  const partitions: Partition[] = [];
  for (const source of deps.sources.values()) partitions.push(...(await source.plan(signal)));
  const plan: PlanManifest = { params: run?.params ?? {}, partitions, startedAt, finishedAt: new Date().toISOString() };
  return (await publishManifest(folders.planManifest, plan)).manifest;
}
