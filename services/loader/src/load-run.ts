import { EtlError, type RunStepData, type StageReport, type StepResult } from '@retail-etl/contracts';
import { crashPoint } from '@retail-etl/faults';
import { advanceState, endPreview, findRun, finishPublication, readPublished, type Run } from '@retail-etl/ledger';
import { allowIdleTime, type Connection, type Database, limitIdleTime, withConnection } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import type { RunFindings } from '@retail-etl/sales';
import { type RunFolders, runFolders } from '@retail-etl/staging';
import { publishSummary } from './publish-summary.js';
import { forgetIfDamaged, keepSummary, readKeptSummary, readStagedSummary } from './run-summary.js';
import { openTargets } from './targets/registry.js';
import type { Comparison, RunSummary, Target } from './targets/target.js';

export interface LoadDeps {
  readonly dataDir: string;
  readonly database: Database;
}

/** Publishes the run's summary to every target or, for a dry run, says what that would change. */
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
    const load: Load = { run, data, folders, startedAt, database, connection, context, targets: openTargets({ connection, dataDir }) };
    try {
      return await (published.seq === run.seq ? resume(load) : publish(load));
    } finally {
      for (const target of load.targets) await target.discard();
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
  readonly connection: Connection;
  readonly context: StepContext;
  readonly targets: readonly Target[];
}

async function publish(load: Load): Promise<StepResult> {
  const { run, data, folders, database, connection, context, targets } = load;
  const summary = await readStagedSummary(folders);
  await allowIdleTime(connection);
  await stage(load, summary);
  const findings = reportOf(load, await compare(targets, summary));
  if (run.params.dryRun === true) {
    await endPreview(database, data, findings);
    await limitIdleTime(connection);
    return { rows: summary.products, note: 'dry run: nothing was published' };
  }
  context.signal.throwIfAborted();
  await publishSummary(targets, { connection, database, data, summary, findings });
  return finish(load, summary);
}

/** Goes on after the commit of an attempt whose process has died: the targets are finished from the kept summary. */
async function resume(load: Load): Promise<StepResult> {
  return finish(load, await readKeptSummary(load.folders));
}

async function finish({ run, database, targets, context }: Load, summary: RunSummary): Promise<StepResult> {
  await finishPublication(database, run, async () => {
    for (const target of targets) await target.finish(summary);
  });
  crashPoint('load.after-state');
  const note = `${summary.products} products published, quantity ${summary.quantity}, amount ${summary.publishedAmount}`;
  await context.note(note);
  return { rows: summary.products, note };
}

/** Stages the summary in all targets and keeps it, side by side, because one waits for MySQL and the others for the disk. */
async function stage({ targets, folders, context }: Load, summary: RunSummary): Promise<void> {
  const works = [keepSummary(folders, summary), ...targets.map((target) => target.stage(summary, context.signal))];
  const outcomes = await Promise.allSettled(works);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return;
  // The summary may be what its manifest says, and yet not what was summed.
  await forgetIfDamaged(folders, failed.reason);
  throw failed.reason;
}

async function compare(targets: readonly Target[], summary: RunSummary): Promise<Comparison | null> {
  for (const target of targets) {
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
