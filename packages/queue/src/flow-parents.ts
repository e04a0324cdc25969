import { jobId, QUEUE_PREFIX, QUEUES, type QueueName, parseJobId, type StepName, STEPS } from '@retail-etl/contracts';

/** The job that waits for another one. */
export interface ParentJob {
  readonly id: string;
  /** Its queue with the prefix, as BullMQ names it. */
  readonly queue: string;
}

/** A queue's name as BullMQ names it in a job's parent. */
export const qualified = (queue: QueueName): string => `${QUEUE_PREFIX}:${queue}`;

/** Which job of a run waits for a step of it: merge for all that come before it, load for merge. Undefined for load itself. */
export function parentOfStep(runId: string, epoch: number, step: StepName): ParentJob | undefined {
  if (step === 'load') return undefined;
  const parent = step === 'merge' ? 'load' : 'merge';
  return { id: jobId(runId, epoch, parent), queue: qualified(STEPS[parent].queue) };
}

/** The parent that a job of this id has in the flow of its run; undefined for a job of no flow. */
export function parentOfJob(queue: QueueName, id: string): ParentJob | undefined {
  const parsed = queue === QUEUES.runs ? undefined : parseJobId(id);
  return parsed === undefined ? undefined : parentOfStep(parsed.runId, parsed.epoch, parsed.step);
}
