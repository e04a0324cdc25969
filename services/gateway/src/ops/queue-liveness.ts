import { redisError } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';

/** A job on `runs` takes milliseconds; one that waits this long while Redis answers means that this worker no longer takes jobs. */
const STUCK_MS = 90_000;

/**
 * Watches that jobs on `runs` are taken. Workers have been seen stuck after a restart of Redis while all other calls worked. `look` is
 * called now and then and throws while Redis is away; `problem` is null, or says why this process should be replaced.
 */
export function watchQueue(
  { queues, areJobsHeld }: Pick<GatewayDeps, 'queues' | 'areJobsHeld'>,
  // Not Date.now: when a clock is set, no time has passed.
  now: () => number = () => performance.now(),
): { look: () => Promise<void>; problem: () => string | null } {
  let waiting: { id: string; since: number } | undefined;
  return {
    async look() {
      try {
        const [oldest] = await queues.runs.getWaiting(0, 0);
        if (oldest?.id === undefined || areJobsHeld() || (await queues.runs.isPaused())) waiting = undefined;
        else if (waiting?.id !== oldest.id) waiting = { id: oldest.id, since: now() };
      } catch (cause) {
        // Time without Redis is no time in which a job could have been taken.
        waiting = undefined;
        throw redisError(cause, 'looking at the queue runs');
      }
    },
    problem: () => (waiting !== undefined && now() - waiting.since > STUCK_MS ? `job ${waiting.id} on runs is not taken` : null),
  };
}
