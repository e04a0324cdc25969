import { jobId, QUEUE_PREFIX, QUEUES, type QueueName } from '@retail-etl/contracts';
import { type Queue, QueueEvents } from 'bullmq';
import { redisError } from './redis-error.js';
import { redisOptions } from './redis-options.js';

/** Calls `onEnd` whenever a run's last job has ended, well or not. */
export function watchLoads(redisUrl: string, onEnd: () => void, onError: (error: Error) => void): QueueEvents {
  const events = new QueueEvents(QUEUES.load, { connection: redisOptions(redisUrl, 'worker'), prefix: QUEUE_PREFIX });
  events.on('completed', onEnd);
  events.on('failed', onEnd);
  events.on('error', onError);
  return events;
}

/** How the flow of a run stands in Redis: gone, failed (with the texts of its failed jobs), or otherwise there. */
export type FlowState =
  { readonly kind: 'absent' } | { readonly kind: 'failed'; readonly reasons: readonly string[] } | { readonly kind: 'present' };

export async function flowState(queues: Record<QueueName, Queue>, runId: string, epoch: number): Promise<FlowState> {
  try {
    const load = await queues.load.getJob(jobId(runId, epoch, 'load'));
    if (load === undefined) return { kind: 'absent' };
    const state = await load.getState();
    // A run ends before its last job does; one that has not was left behind by an older state of Redis or of the ledger.
    if (state === 'completed')
      return { kind: 'failed', reasons: ['[JOBS_LOST] the last job of the run has ended, but the run has not -> '] };
    if (state !== 'failed') return { kind: 'present' };
    const merge = await queues.transform.getJob(jobId(runId, epoch, 'merge'));
    const reasons = [load.failedReason, merge?.failedReason];
    const prefix = `${runId}.${epoch}.`;
    for (const queue of [queues.extract, queues.transform]) {
      const failed = await queue.getFailed(0, 200);
      reasons.push(...failed.filter((job) => job.id?.startsWith(prefix) === true).map((job) => `${job.id ?? ''}: ${job.failedReason}`));
    }
    return { kind: 'failed', reasons: reasons.filter((reason): reason is string => reason !== undefined && reason !== '') };
  } catch (cause) {
    throw redisError(cause, 'looking at the flow of a run');
  }
}

/** Removes what is left of a run's flow, working jobs excepted: those end by themselves when they see that the run has ended. */
export async function removeFlow(queues: Record<QueueName, Queue>, runId: string, epoch: number): Promise<void> {
  const load = await queues.load.getJob(jobId(runId, epoch, 'load'));
  await load?.remove({ removeChildren: true });
}

export type { Queue };
