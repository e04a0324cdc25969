import { refuseSettingsBeside, type SourcesConfig, type SourceSettings } from '@retail-etl/config';
import { EtlError, type RunParams, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { findPublishedRun, findRun } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { Producer } from '@retail-etl/queue';
import { claimFiles, openSources, readDefinition, refuseUnclaimed, refuseUnmatchedPaths } from '@retail-etl/reading';
import type { StepContext } from '@retail-etl/runtime';
import { BUILT_IN, type SalesDefinition } from '@retail-etl/sales';
import { inBatches, READS_MAX } from '@retail-etl/store';
import {
  createRunFolders,
  type InputChanges,
  listKept,
  noteUse,
  type Partition,
  type PlanManifest,
  publishManifest,
  readManifest,
  removeRunStaging,
  restorePartition,
  type RunFolders,
  runFolders,
} from '@retail-etl/staging';
import { lookAtTarget } from './look-at-target.js';
import { planVersion } from './plan-version.js';
import { describeInputs, findContentKeys, findKept, rulesKey } from './reuse.js';

export interface PlanDeps {
  readonly settings: SourceSettings;
  readonly declared: SourcesConfig;
  readonly database: Database;
  readonly producer: Producer;
}

/**
 * Decides once what the run reads, and attaches an extract job for each partition. A repeated plan, also that of a retry, keeps the
 * first one's list; an extract job that finds its partition complete ends at once. Before that it looks at the target: what cannot be
 * published need not be read. A run that publishes a kept version again reads nothing.
 */
export async function planRun(data: RunStepData, deps: PlanDeps, context: StepContext): Promise<StepResult> {
  const run = await findRun(deps.database, data.runId);
  if (run?.params.publish !== undefined)
    return planVersion(data, run.params.publish, { dataDir: deps.settings.dataDir, database: deps.database });
  const folders = runFolders(deps.settings.dataDir, data.runId);
  const before = await readPlan(data, deps, folders);
  const definition = before === undefined ? await findDefinition(deps) : before.definition;
  await lookAtTarget(deps.database, (definition ?? BUILT_IN).summaries);
  await createRunFolders(folders);
  crashPoint('plan.after-folders');
  const plan = before ?? (await makePlan(run?.params ?? {}, deps, { folders, definition, signal: context.signal }));
  crashPoint('plan.after-manifest');
  const reusedKeys = plan.partitions.flatMap(({ key, isReused }) => (isReused === true && key !== undefined ? [key] : []));
  if (reusedKeys.length > 0) await noteUse(deps.settings.dataDir, data.runId, { keys: reusedKeys, isMerged: false });
  const toExtract = await withoutRestored(plan.partitions, folders);
  crashPoint('plan.after-restore');
  await deps.producer.attachExtracts(data.runId, data.epoch, toExtract);
  crashPoint('plan.after-attach');
  const files = plan.partitions.reduce((sum, partition) => sum + partition.files.length, 0);
  const tables = plan.partitions.filter((partition) => partition.files.length === 0).length;
  const reused = (plan.inputs ?? []).reduce((sum, input) => sum + input.reused, 0);
  const note = `${tables === 1 ? 'the table' : `${tables} tables`} and ${files} files, in ${plan.partitions.length} partitions${reused === 0 ? '' : `; ${reused} files are as an earlier run has read them`}`;
  await context.note(note);
  return { rows: 0, note };
}

/** The names of the partitions that have to be extracted: all but those of which an earlier run's work could be brought to where this run looks for it. */
async function withoutRestored(partitions: readonly Partition[], folders: RunFolders): Promise<string[]> {
  const names = await inBatches(partitions, READS_MAX, async (partition) =>
    partition.isReused === true && (await restorePartition(folders, partition)) ? [] : [partition.name],
  );
  return names.flat();
}

/** What is declared now. Throws SOURCES_GONE if nothing is, although what is published was declared: then a volume may not be mounted. */
async function findDefinition({ settings, declared, database }: PlanDeps): Promise<SalesDefinition | undefined> {
  const definition = await readDefinition({ dataDir: settings.dataDir, file: declared.file });
  if (definition !== null) {
    refuseSettingsBeside(declared.builtInSettings);
    return definition;
  }
  const published = declared.file === undefined ? await findPublishedRun(database) : undefined;
  if (published?.findings.definition === undefined) return undefined;
  throw new EtlError(
    'SOURCES_GONE',
    `run ${published.runId}, which is published, read declared sources; there is no sources.yaml in DATA_DIR now`,
  );
}

/** What was made under a damaged plan, or by another version, may not fit the one that replaces it, so all of it goes. */
async function readPlan(data: RunStepData, deps: PlanDeps, folders: RunFolders): Promise<PlanManifest | undefined> {
  try {
    return await readManifest<PlanManifest>(folders.planManifest);
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    await removeRunStaging(deps.settings.dataDir, data.runId);
    return undefined;
  }
}

/** What a plan is made of, besides the run. */
interface Planning {
  readonly folders: RunFolders;
  readonly definition: SalesDefinition | undefined;
  readonly signal: AbortSignal;
}

async function makePlan(params: RunParams, { settings }: PlanDeps, { folders, definition, signal }: Planning): Promise<PlanManifest> {
  const startedAt = new Date().toISOString();
  if (definition !== undefined) refuseUnclaimed(await claimFiles(settings.dataDir, definition), definition);
  const { sources, model } = definition ?? BUILT_IN;
  const own = { csvEncoding: settings.csvEncoding, dateFormats: definition === undefined ? settings.csvDateFormats : [] };
  const rules = new Map(sources.map((source) => [source.name, rulesKey(model, source, own, params)]));
  const kept = await listKept(settings.dataDir, new Set(rules.values()));
  const contentKey = await findContentKeys(folders);
  const partitions: Partition[] = [];
  const inputs: InputChanges[] = [];
  for (const source of openSources(settings, definition).values()) {
    const sourceRules = rules.get(source.name)!;
    const earlier = kept.filter((group) => group.rules === sourceRules);
    const planned = await source.plan(
      signal,
      earlier.map(({ files }) => files),
    );
    const found = await findKept(planned, { rules: sourceRules, contentKey, kept: params.fresh === true ? [] : earlier });
    partitions.push(...found);
    if (found.some(({ files }) => files.length > 0)) inputs.push(describeInputs(source.name, found, earlier));
  }
  for (const source of definition?.sources ?? []) {
    const files = partitions.filter((partition) => partition.source === source.name).flatMap((partition) => partition.files);
    refuseUnmatchedPaths(
      source,
      files.map(({ name }) => name),
    );
  }
  const declared = definition === undefined ? {} : { definition };
  const plan: PlanManifest = { params, ...declared, ...own, partitions, inputs, startedAt, finishedAt: new Date().toISOString() };
  return (await publishManifest(folders.planManifest, plan)).manifest;
}
