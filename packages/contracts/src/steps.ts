import type { Static, TSchema } from 'typebox';
import { ExtractData, RunStepData, StartRunData, TransformData } from './jobs.js';
import { QUEUES, type QueueName, type StageName } from './queues.js';

/** A kind of job: everything that is decided about it, in one place. */
interface JobKind<Data extends TSchema, Queue extends QueueName> {
  /** Which queue carries it, and so which service does it. */
  readonly queue: Queue;
  /** Its data. Anything else is refused before the handler sees it. */
  readonly data: Data;
  /** How often it is tried in all, as long as its errors are transient. */
  readonly attempts: number;
  /** The wait after the first try, doubled by each further one up to `maxMs`. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  /** How many a process does at the same time; a process with less than one processor may do fewer. */
  readonly concurrency: number;
  /** A try that takes longer is ended as STEP_TIMEOUT. Far above what any step takes that makes progress. */
  readonly timeoutMs: number;
}

/** A step of a run. */
interface StepKind<Data extends TSchema, Queue extends QueueName> extends JobKind<Data, Queue> {
  /** In which stage of the report it counts. */
  readonly stage: StageName;
  /** True if other jobs are attached below it, which must end first. */
  readonly hasChildren: boolean;
}

const HOUR_MS = 3_600_000;

/** With this backoff the tries of a job cover eleven minutes or more, so that an outage of ten minutes heals by itself. */
const RETRIES = { attempts: 28, backoff: { firstMs: 500, maxMs: 30_000 } } as const;

const step = <Data extends TSchema, Queue extends QueueName>(
  kind: Omit<StepKind<Data, Queue>, 'attempts' | 'backoff'>,
): StepKind<Data, Queue> => ({ ...RETRIES, ...kind });

/** The steps of a run, in the order of a row's journey. Each is a job of its own. */
export const STEPS = {
  plan: step({
    queue: QUEUES.extract,
    stage: 'extract',
    data: RunStepData,
    hasChildren: false,
    concurrency: 1,
    timeoutMs: 2 * HOUR_MS,
  }),
  extract: step({
    queue: QUEUES.extract,
    stage: 'extract',
    data: ExtractData,
    hasChildren: false,
    // The table and one partition of files at a time: a second process adds more than a third job in this one would.
    concurrency: 2,
    timeoutMs: 12 * HOUR_MS,
  }),
  transform: step({
    queue: QUEUES.transform,
    stage: 'transform',
    data: TransformData,
    hasChildren: false,
    // DuckDB uses all processors for one chunk; the second fills the gaps while files are read and written.
    concurrency: 2,
    timeoutMs: HOUR_MS,
  }),
  merge: step({
    queue: QUEUES.transform,
    stage: 'transform',
    data: RunStepData,
    hasChildren: true,
    concurrency: 1,
    timeoutMs: 12 * HOUR_MS,
  }),
  load: step({
    queue: QUEUES.load,
    stage: 'load',
    data: RunStepData,
    hasChildren: true,
    // Publications take turns anyway.
    concurrency: 1,
    timeoutMs: 12 * HOUR_MS,
  }),
} as const;

/** The job on `runs` that asks for a run. */
export const START_RUN = {
  ...RETRIES,
  name: 'start-run',
  queue: QUEUES.runs,
  data: StartRunData,
} as const satisfies Omit<JobKind<typeof StartRunData, 'runs'>, 'concurrency' | 'timeoutMs'> & { name: string };

export type StepName = keyof typeof STEPS;

const STEP_NAMES = Object.keys(STEPS) as readonly StepName[];

/** The data of a step's job. */
export type StepData<Step extends StepName> = Static<(typeof STEPS)[Step]['data']>;

export function isStepName(name: string): name is StepName {
  return Object.hasOwn(STEPS, name);
}

/** The steps that a queue carries. */
function stepsOn(queue: QueueName): StepName[] {
  return STEP_NAMES.filter((name) => STEPS[name].queue === queue);
}

/** How many jobs of a queue a process does at the same time. */
export function concurrencyOn(queue: QueueName): number {
  return Math.max(...stepsOn(queue).map((name) => STEPS[name].concurrency));
}
