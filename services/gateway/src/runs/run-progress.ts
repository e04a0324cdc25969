import { EtlError, isTerminal, type RunProgress } from '@retail-etl/contracts';
import { findRun, type Run } from '@retail-etl/ledger';
import { readStageProgress } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';
import { keptStages } from './ended-jobs.js';

type ProgressDeps = Pick<GatewayDeps, 'database' | 'queues'>;

/** Where a run is. An ended one is told from its report, because its jobs go from Redis after a while. Throws NOT_FOUND. */
async function readProgress(deps: ProgressDeps, runId: string): Promise<RunProgress> {
  const run = await findRun(deps.database, runId);
  if (run === undefined) throw new EtlError('NOT_FOUND', `there is no run ${runId}`);
  const kept = isTerminal(run.state) ? await keptStages(deps, run) : undefined;
  if (kept !== undefined) return { state: run.state, stages: [...kept] };
  const stages = await readStageProgress(deps.queues, runId, run.epoch);
  return { state: run.state, stages: isTerminal(run.state) ? ended(run, stages) : (stages ?? NOTHING_YET) };
}

type Stages = RunProgress['stages'];

const NOTHING_YET: Stages = (['extract', 'transform', 'load'] as const).map((name) => ({ name, done: 0, total: 0, rows: 0 }));

function ended(run: Run, fromJobs: Stages | undefined): Stages {
  const { totals, stages } = run.findings;
  if (totals === null || stages.length === 0) return fromJobs ?? NOTHING_YET;
  return stages.map(({ name, jobs, finishedAt }) => ({
    name,
    done: finishedAt === null ? 0 : jobs,
    total: jobs,
    rows: name === 'load' ? totals.products : totals.rowsRead,
  }));
}

/** A look at a run serves everyone who asks within this time, however many watch it. */
const SHARED_MS = 200;

/** Reads progress once for all listeners of the same run. */
export function sharedProgress(deps: ProgressDeps): (runId: string) => Promise<RunProgress> {
  const shared = new Map<string, Promise<RunProgress>>();
  return (runId) => {
    const found = shared.get(runId);
    if (found !== undefined) return found;
    const reading = readProgress(deps, runId);
    shared.set(runId, reading);
    setTimeout(() => shared.delete(runId), SHARED_MS).unref();
    return reading;
  };
}
