import { jobId, parseJobId, QUEUE_PREFIX, QUEUES, type QueueName } from '@retail-etl/contracts';
import { type Job, type Queue, QueueEvents } from 'bullmq';
import { type JobFailure, readFailure } from './job-failures.js';
import { redisError } from './redis-error.js';
import { redisOptions } from './redis-options.js';
import { listSetAside, type SetAsideJob } from './set-aside/set-aside.js';

/** Failed jobs of a queue that are looked through for those of one run. */
const FAILED_JOBS_MAX = 200;

/** Calls `onEnd` whenever a run's last job has ended, well or not. */
export function watchLoads(redisUrl: string, onEnd: () => void, onError: (error: Error) => void): QueueEvents {
  const events = new QueueEvents(QUEUES.load, { connection: redisOptions(redisUrl, 'worker'), prefix: QUEUE_PREFIX });
  events.on('completed', onEnd);
  events.on('failed', onEnd);
  events.on('error', onError);
  return events;
}

/** How the flow of a run stands in Redis: gone, ended while the run has not, failed, or otherwise there. */
export type FlowState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'present' }
  /** One of its jobs has been set aside or taken out of Redis, so that the others wait for it in vain. */
  | { readonly kind: 'damaged'; readonly reason: string }
  /** The causes come first: a parent only fails because of its children. */
  | { readonly kind: 'failed'; readonly failures: readonly JobFailure[] };

export async function flowState(queues: Record<QueueName, Queue>, runId: string, epoch: number): Promise<FlowState> {
  try {
    const load = await queues.load.getJob(jobId(runId, epoch, 'load'));
    const merge = await queues.transform.getJob(jobId(runId, epoch, 'merge'));
    const [damaged] = await jobsSetAside(queues, runId, epoch);
    if (damaged !== undefined) return { kind: 'damaged', reason: `job ${damaged.id} was set aside: ${damaged.reason}` };
    if (load === undefined) return { kind: 'absent' };
    const state = await load.getState();
    if (state === 'completed') return { kind: 'ended' };
    if (state === 'waiting-children' && merge === undefined)
      return { kind: 'damaged', reason: `job ${jobId(runId, epoch, 'merge')} is no longer in Redis` };
    if (state !== 'failed') return { kind: 'present' };
    const isOfRun = (job: Job): boolean => job.id?.startsWith(`${runId}.${epoch}.`) === true && job.name !== 'merge';
    const failed = await Promise.all([queues.extract, queues.transform].map((queue) => queue.getFailed(0, FAILED_JOBS_MAX)));
    const jobs = [...failed.flat().filter(isOfRun), ...(merge === undefined ? [] : [merge]), load];
    return { kind: 'failed', failures: jobs.filter(({ failedReason }) => (failedReason ?? '') !== '').map(readFailure) };
  } catch (cause) {
    throw redisError(cause, 'looking at the flow of a run');
  }
}

/** Jobs of the run that were set aside before they had ended; of one that had, nobody needs more. */
async function jobsSetAside(queues: Record<QueueName, Queue>, runId: string, epoch: number): Promise<SetAsideJob[]> {
  const found = await listSetAside(await queues.load.getBackend().connection.client, `${runId}.${epoch}.`);
  return found.filter(({ id, from }) => parseJobId(id) !== undefined && from !== 'completed' && from !== 'failed');
}

/** Removes what is left of a run's flow, working jobs excepted: those end by themselves when they see that the run has ended. */
export async function removeFlow(queues: Record<QueueName, Queue>, runId: string, epoch: number): Promise<void> {
  const load = await queues.load.getJob(jobId(runId, epoch, 'load'));
  await load?.remove({ removeChildren: true });
}

export type { Queue };
