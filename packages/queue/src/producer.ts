import { jobId, QUEUE_NAMES, QUEUE_PREFIX, type QueueName, START_RUN, type StartRunData, STEPS } from '@retail-etl/contracts';
import { FlowProducer, Queue } from 'bullmq';
import { START_RUN_OPTIONS, stepOptions } from './job-options.js';
import { redisError } from './redis-error.js';
import { redisOptions } from './redis-options.js';

/** Adds jobs. All ids follow from run, epoch, step and partition, so adding a job again changes nothing. */
export interface Producer {
  /** Asks for a run that the ledger has recorded. */
  readonly addStartRun: (data: StartRunData & { runId: string; epoch: number }) => Promise<void>;
  /** Adds `load <- merge <- plan`. */
  readonly addFlow: (runId: string, epoch: number) => Promise<void>;
  /** Attaches extract jobs below merge. Call it only while plan is working, so that merge still waits. */
  readonly attachExtracts: (runId: string, epoch: number, partitions: readonly string[]) => Promise<void>;
  /** Attaches transform jobs below merge. Call it only while an extract of the run is working, so that merge still waits. */
  readonly attachTransforms: (runId: string, epoch: number, chunks: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens the queues for adding. Every call fails with REDIS_UNAVAILABLE at once while Redis is away. */
export function openProducer(redisUrl: string, onError: (error: Error) => void): Producer {
  const options = { connection: redisOptions(redisUrl, 'client'), prefix: QUEUE_PREFIX, skipWaitingForReady: true, skipVersionCheck: true };
  const flows = new FlowProducer(options);
  flows.on('error', onError);
  const queues = new Map<QueueName, Queue>();
  const queue = (name: QueueName): Queue => {
    const found = queues.get(name) ?? new Queue(name, options);
    if (!queues.has(name)) found.on('error', onError);
    queues.set(name, found);
    return found;
  };
  // Connected from the start: the first call while a connection is being made would fail.
  for (const name of QUEUE_NAMES) queue(name);

  const attach = async (
    step: 'extract' | 'transform',
    runId: string,
    epoch: number,
    jobs: readonly { part: string; data: object }[],
  ): Promise<void> => {
    const parent = { id: jobId(runId, epoch, 'merge'), queue: `${QUEUE_PREFIX}:${STEPS.merge.queue}` };
    try {
      await queue(STEPS[step].queue).addBulk(
        jobs.map(({ part, data }) => ({
          name: step,
          data,
          opts: { ...stepOptions(step), jobId: jobId(runId, epoch, step, part), parent },
        })),
      );
    } catch (cause) {
      throw redisError(cause, `attaching ${step} jobs`);
    }
  };

  return {
    async addStartRun(data) {
      try {
        await queue(START_RUN.queue).add(START_RUN.name, data, { ...START_RUN_OPTIONS, jobId: jobId(data.runId, data.epoch, 'start') });
      } catch (cause) {
        throw redisError(cause, 'adding a run');
      }
    },
    async addFlow(runId, epoch) {
      const data = { runId, epoch };
      const node = (name: 'load' | 'merge' | 'plan') => ({
        name,
        queueName: STEPS[name].queue,
        data,
        opts: { ...stepOptions(name), jobId: jobId(runId, epoch, name) },
      });
      try {
        await flows.add({
          ...node('load'),
          children: [{ ...node('merge'), children: [node('plan')] }],
        });
      } catch (cause) {
        throw redisError(cause, 'adding the flow of a run');
      }
    },
    attachExtracts: (runId, epoch, partitions) =>
      attach(
        'extract',
        runId,
        epoch,
        partitions.map((partition) => ({ part: partition, data: { runId, epoch, partition } })),
      ),
    attachTransforms: (runId, epoch, chunks) =>
      attach(
        'transform',
        runId,
        epoch,
        chunks.map((chunk) => ({ part: chunk, data: { runId, epoch, chunk } })),
      ),
    async close() {
      await Promise.allSettled([flows.close(), ...[...queues.values()].map((each) => each.close())]);
    },
  };
}
