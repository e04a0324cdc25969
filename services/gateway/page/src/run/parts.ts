import { hasEnded, type RunJob } from '../api/run-queries.js';

/** What one partition is doing: its extract job, and the transform jobs of its chunks. */
export interface Partition {
  readonly name: string;
  readonly label: string;
  readonly extract: RunJob | undefined;
  readonly transforms: readonly RunJob[];
}

/** A chunk is named `<partition>-<attempt>-<number>`. */
const partitionOf = (chunk: string): string => chunk.replace(/-[^-]+-\d+$/, '');

/** A declared source's name, as it stands in the names of its partitions. */
const sourceOf = (name: string): string => name.replaceAll('-', '_');

function labelOf(partition: string): string {
  if (partition === 'table') return 'Online sales table';
  const [, source, part] = /^(?:(.+)-)?files-0*(\d+)$/.exec(partition) ?? [];
  if (part !== undefined) return source === undefined ? `Store files, part ${part}` : `Files of ${sourceOf(source)}, part ${part}`;
  const table = /^(.+)-table$/.exec(partition)?.[1];
  return table === undefined ? partition : `Table of ${sourceOf(table)}`;
}

/** A job as a person would name it. */
export function jobLabel({ step, part }: { step: string; part: string | null }): string {
  if (part === null) return step;
  if (step === 'extract') return `extract · ${labelOf(part)}`;
  const chunk = /-(\d+)$/.exec(part);
  return `${step} · ${labelOf(partitionOf(part))}, chunk ${Number(chunk?.[1] ?? 0)}`;
}

/** The partitions of a run in the order in which it planned them. */
export function partitionsOf(jobs: readonly RunJob[]): Partition[] {
  const names = new Set<string>();
  for (const job of jobs) {
    if (job.part !== null) names.add(job.step === 'extract' ? job.part : partitionOf(job.part));
  }
  return [...names]
    .sort((left, right) => Number(right === 'table') - Number(left === 'table') || left.localeCompare(right))
    .map((name) => ({
      name,
      label: labelOf(name),
      extract: jobs.find((job) => job.step === 'extract' && job.part === name),
      transforms: jobs.filter((job) => job.step === 'transform' && job.part !== null && partitionOf(job.part) === name),
    }));
}

export type NodeState = 'waiting' | 'working' | 'done' | 'failed' | 'skipped' | 'cancelled';

/** The jobs of a run, and what has become of those that have not ended. */
export interface RunJobs {
  readonly jobs: readonly RunJob[];
  readonly unfinished: 'waiting' | 'skipped' | 'cancelled';
}

export function runJobsOf(runState: string, jobs: readonly RunJob[]): RunJobs {
  if (runState === 'cancelled') return { jobs, unfinished: 'cancelled' };
  return { jobs, unfinished: hasEnded(runState) ? 'skipped' : 'waiting' };
}

/** merge and load fail in BullMQ when a job that they wait for has failed; they have not worked, so they are not to blame. */
function isSkipped({ step }: RunJob, jobs: readonly RunJob[]): boolean {
  if (step !== 'merge' && step !== 'load') return false;
  return jobs.some((job) => job.state === 'failed' && job.step !== 'load' && job.step !== step);
}

/** The state of a job in the words that the page uses; of one that is not there, what has become of the rest of the run. */
export function jobState(job: RunJob | undefined, { jobs, unfinished }: RunJobs): NodeState {
  switch (job?.state) {
    case 'completed':
      return 'done';
    case 'failed':
      return isSkipped(job, jobs) ? 'skipped' : 'failed';
    case 'active':
      return 'working';
    case 'cancelled':
    case 'skipped':
      return job.state;
    default:
      return unfinished;
  }
}

/** The state of several jobs together. */
export function jobsState(some: readonly RunJob[], run: RunJobs): NodeState {
  const states = some.map((job) => jobState(job, run));
  if (states.includes('failed')) return 'failed';
  if (states.every((state) => state === 'waiting')) return run.unfinished;
  if (states.every((state) => state === 'done')) return 'done';
  return states.find((state) => state === 'cancelled' || state === 'skipped') ?? 'working';
}
