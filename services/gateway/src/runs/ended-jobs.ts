import { isTerminal } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';
import { asOfEnd, keepJobs, readKeptJobs, readRunJobs, type RunJob, type StageProgress } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';

type Deps = Pick<GatewayDeps, 'queues'>;

/** A job that had not ended with its run: it was cancelled with it, or left out because the run had failed. */
const unfinishedOf = ({ state }: Run): 'cancelled' | 'skipped' => (state === 'cancelled' ? 'cancelled' : 'skipped');

const endOf = ({ finishedAt }: Run): number => finishedAt?.getTime() ?? 0;

/** Keeps the jobs of an ended run as they are, for those that look at it after they have been removed. */
export async function keepEndedJobs({ queues }: Deps, run: Run): Promise<void> {
  await keepJobs(queues, run.runId, run.epoch, unfinishedOf(run), endOf(run));
}

/** The jobs of a run; of one that was cancelled, as they were then. Its workers give up what they hold a moment later. */
export async function jobsOf({ queues }: Deps, run: Run): Promise<readonly RunJob[]> {
  const kept = isTerminal(run.state) ? await readKeptJobs(queues, run.runId, run.epoch) : undefined;
  if (kept !== undefined) return kept.jobs;
  const jobs = await readRunJobs(queues, run.runId, run.epoch);
  return run.state === 'cancelled' ? asOfEnd(jobs, unfinishedOf(run), endOf(run)) : jobs;
}

/** How far the stages of an ended run were, if its jobs have been removed since. */
export async function keptStages({ queues }: Deps, run: Run): Promise<readonly StageProgress[] | undefined> {
  return (await readKeptJobs(queues, run.runId, run.epoch))?.stages;
}
