import { EtlError, type RunStepData, type StageReport, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { advanceState, endPreview, findRun, finishPublication, readPublished, type Run } from '@retail-etl/ledger';
import { allowIdleTime, type Database, limitIdleTime, withConnection } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import type { RunFindings } from '@retail-etl/sales';
import { type RunFolders, runFolders } from '@retail-etl/staging';
import { publishSummary, type TargetSummary } from './publish-summary.js';
import { forgetIfDamaged, keepSummaries, readKeptSummaries, readStagedSummaries } from './run-summary.js';
import { openTargets } from './targets/registry.js';
import type { Comparison, RunSummary, TargetSettings } from './targets/target.js';

export interface LoadDeps {
  readonly dataDir: string;
  readonly database: Database;
}

/** Publishes the run's summaries to every target or, for a dry run, says what that would change. */
export async function loadRun(data: RunStepData, deps: LoadDeps, context: StepContext): Promise<StepResult> {
  const { dataDir, database } = deps;
  const folders = runFolders(dataDir, data.runId);
  const startedAt = new Date().toISOString();
  const [run, published] = await Promise.all([
    findRun(database, data.runId),
    readPublished(database),
    advanceState(database, data.runId, data.epoch, 'loading'),
  ]);
  if (run === undefined) throw new EtlError('INTERNAL', `run ${data.runId} is not in the ledger`);
  if (published.seq > run.seq) throw new EtlError('SUPERSEDED', `run ${data.runId} is older than what has been published`);
  return withConnection(database, 'loading', async (connection) => {
    const load: Load = { run, data, folders, startedAt, database, context, settings: { connection, dataDir }, targets: [] };
    try {
      return await (published.seq === run.seq ? resume(load) : publish(load));
    } finally {
      for (const { target } of load.targets) await target.discard();
    }
  });
}

/** One attempt at a load. */
interface Load {
  readonly run: Run;
  readonly data: RunStepData;
  readonly folders: RunFolders;
  readonly startedAt: string;
  readonly database: Database;
  readonly context: StepContext;
  readonly settings: TargetSettings;
  /** Filled once the summaries are known. */
  readonly targets: TargetSummary[];
}

function open({ targets, settings }: Load, summaries: readonly RunSummary[]): void {
  for (const summary of summaries) for (const target of openTargets(settings, summary.shape)) targets.push({ target, summary });
}

async function publish(load: Load): Promise<StepResult> {
  const { run, data, folders, database, context, targets, settings } = load;
  const { connection } = settings;
  const summaries = await readStagedSummaries(folders);
  open(load, summaries);
  await allowIdleTime(connection);
  await stage(load, summaries);
  const findings = reportOf(load, await compare(targets));
  const rows = summaries[0]!.products;
  if (run.params.dryRun === true) {
    await endPreview(database, data, findings);
    await limitIdleTime(connection);
    return { rows, note: 'dry run: nothing was published' };
  }
  context.signal.throwIfAborted();
  const held = await publishSummary(targets, { connection, database, data, findings });
  if (held === null) return finish(load, summaries);
  await endPreview(database, data, { ...findings, held });
  const note = `not published: publications are held since ${held.at}`;
  await context.note(note);
  return { rows, note };
}

/** Goes on after the commit of an attempt whose process has died: the targets are finished from the kept summary. */
async function resume(load: Load): Promise<StepResult> {
  const summaries = await readKeptSummaries(load.folders);
  open(load, summaries);
  return finish(load, summaries);
}

async function finish({ run, database, targets, context }: Load, [summary]: readonly RunSummary[]): Promise<StepResult> {
  await finishPublication(database, run, async () => {
    for (const { target, summary: own } of targets) await target.finish(own);
  });
  crashPoint('load.after-state');
  const { products, quantity, publishedAmount } = summary!;
  const note = `${products} products published, quantity ${quantity}, amount ${publishedAmount}`;
  await context.note(note);
  return { rows: products, note };
}

/** Stages the summaries in all targets and keeps them, side by side, because one waits for MySQL and the others for the disk. */
async function stage({ targets, folders, context }: Load, summaries: readonly RunSummary[]): Promise<void> {
  const works = [keepSummaries(folders, summaries), ...targets.map(({ target, summary }) => target.stage(summary, context.signal))];
  const outcomes = await Promise.allSettled(works);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  // The summary may be what its manifest says, and yet not what was summed.
  await forgetIfDamaged(folders, failed.reason);
  throw failed.reason;
}

/** What publishing changes in `sales_summary`, the first of the summaries. */
async function compare(targets: readonly TargetSummary[]): Promise<Comparison | null> {
  for (const { target, summary } of targets) {
    const comparison = await target.compare(summary);
    if (comparison !== null) return comparison;
  }
  return null;
}

function reportOf({ run, startedAt }: Load, comparison: Comparison | null): Partial<RunFindings> {
  const load: StageReport = { name: 'load', startedAt, finishedAt: new Date().toISOString(), jobs: 1 };
  const stages = [...run.findings.stages.filter(({ name }) => name !== 'load'), load];
  return comparison === null ? { stages } : { changes: comparison.changes, differences: [...comparison.differences], stages };
}
