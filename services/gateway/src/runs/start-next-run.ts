import { crashPoint } from '@retail-etl/faults';
import { claimSlot, nextQueuedRun } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { Producer } from '@retail-etl/queue';
import type { Logger } from '@retail-etl/runtime';

/**
 * Gives the slot to the run that is to have it next, if it is free, and adds that run's flow. Between the two this process may die: the
 * sweep then adds the flow. Returns the run's id if it got the slot.
 */
export async function claimNextRun(database: Database, producer: Producer, log: Logger): Promise<string | undefined> {
  const next = await nextQueuedRun(database);
  if (next === undefined) return undefined;
  if ((await claimSlot(database, next.runId, next.epoch)) !== 'claimed') return undefined;
  crashPoint('start.after-claim');
  await producer.addFlow(next.runId, next.epoch);
  crashPoint('start.after-flow');
  log.info({ run: next.runId, epoch: next.epoch, seq: next.seq }, 'started');
  return next.runId;
}

/** One call at a time in this process. A call that comes meanwhile is answered by one more round, which sees what that caller saw. */
export function singleFlight(work: () => Promise<unknown>): () => Promise<void> {
  let current: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    const started = work()
      .then(() => undefined)
      .finally(() => {
        if (current === started) current = undefined;
      });
    current = started;
    return started;
  };
  return () => {
    if (current === undefined) return begin();
    following ??= current
      .catch(() => undefined)
      .then(() => {
        following = undefined;
        return begin();
      });
    return following;
  };
}
