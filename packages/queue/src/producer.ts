import {
  jobId,
  QUEUE_NAMES,
  QUEUE_PREFIX,
  type QueueName,
  START_RUN,
  type StartRunData,
  type StepData,
  type StepName,
  STEPS,
} from '@retail-etl/contracts';
import { FlowProducer, Queue } from 'bullmq';
import { parentOfStep } from './flow-parents.js';
import { START_RUN_OPTIONS, stepOptions } from './job-options.js';
import { redisError } from './redis-error.js';
import { redisOptions } from './redis-options.js';
import { checkedBackend } from './set-aside/checked-backend.js';

/** Adds jobs. All ids follow from run, epoch, step and part, so adding a job again changes nothing. */
export interface Producer {
  /** Asks for a run that the ledger has recorded. */
  addStartRun(data: StartRunData & { runId: string; epoch: number }): Promise<void>;
  /** Adds `load <- merge <- plan`. */
  addFlow(runId: string, epoch: number): Promise<void>;
  /** Attaches extract jobs below merge. Call it only while plan is running, so that merge still waits. */
  attachExtracts(runId: string, epoch: number, partitions: readonly string[]): Promise<void>;
  /** Attaches transform jobs below merge. Call it only while an extract of the run is running, so that merge still waits. */
  attachTransforms(runId: string, epoch: number, chunks: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens the queues for adding. Every call fails with REDIS_UNAVAILABLE at once while Redis is away. */
export function openProducer(redisUrl: string, onError: (error: Error) => void): Producer {
  return new QueueProducer(redisUrl, onError);
}

class QueueProducer implements Producer {
  readonly #flows: FlowProducer;
  readonly #queues: Readonly<Record<QueueName, Queue>>;

  constructor(redisUrl: string, onError: (error: Error) => void) {
    const options = {
      connection: redisOptions(redisUrl, 'client'),
      prefix: QUEUE_PREFIX,
      skipWaitingForReady: true,
      skipVersionCheck: true,
    };
    this.#flows = new FlowProducer(options);
    this.#flows.on('error', onError);
    // Connected from the start: the first call while a connection is being made would fail.
    const open = (name: QueueName): [QueueName, Queue] => {
      const queue = new Queue(name, options, checkedBackend(onError));
      queue.on('error', onError);
      return [name, queue];
    };
    this.#queues = Object.fromEntries(QUEUE_NAMES.map(open)) as Record<QueueName, Queue>;
  }

  async addStartRun(data: StartRunData & { runId: string; epoch: number }): Promise<void> {
    const options = { ...START_RUN_OPTIONS, jobId: jobId(data.runId, data.epoch, 'start') };
    await this.#queues[START_RUN.queue].add(START_RUN.name, data, options).catch(toRedisError('adding a run'));
  }

  async addFlow(runId: string, epoch: number): Promise<void> {
    const node = (name: 'load' | 'merge' | 'plan') => ({
      name,
      queueName: STEPS[name].queue,
      data: { runId, epoch },
      opts: { ...stepOptions(name), jobId: jobId(runId, epoch, name) },
    });
    const flow = { ...node('load'), children: [{ ...node('merge'), children: [node('plan')] }] };
    await this.#flows.add(flow).catch(toRedisError('adding the flow of a run'));
  }

  async attachExtracts(runId: string, epoch: number, partitions: readonly string[]): Promise<void> {
    const jobs = partitions.map((partition) => attached('extract', { runId, epoch, partition }, partition));
    await this.#queues[STEPS.extract.queue].addBulk(jobs).catch(toRedisError('attaching extract jobs'));
  }

  async attachTransforms(runId: string, epoch: number, chunks: readonly string[]): Promise<void> {
    const jobs = chunks.map((chunk) => attached('transform', { runId, epoch, chunk }, chunk));
    await this.#queues[STEPS.transform.queue].addBulk(jobs).catch(toRedisError('attaching transform jobs'));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#flows.close(), ...Object.values(this.#queues).map((queue) => queue.close())]);
  }
}

/** A job below the run's merge. */
function attached<Step extends StepName>(step: Step, data: StepData<Step> & { runId: string; epoch: number }, part: string) {
  const { runId, epoch } = data;
  const parent = parentOfStep(runId, epoch, step);
  const opts = { ...stepOptions(step), jobId: jobId(runId, epoch, step, part), ...(parent === undefined ? {} : { parent }) };
  return { name: step, data, opts };
}

const toRedisError = (action: string) => (cause: unknown) => {
  throw redisError(cause, action);
};
