import { JobSetAside, redisError } from '@retail-etl/queue';
import type { Logger } from './logger.js';

/** So long without an error, and an outage is over. */
const QUIET_MS = 30_000;

/** Ids of jobs that are set aside are anybody's text. */
const JOB_ID_SHOWN = 200;

/**
 * Takes the errors of all of a service's connections to Redis, and logs one line for each kind of error in an outage. Each job that was set
 * aside is a line of its own.
 */
export function outageLog(log: Logger): (error: Error) => void {
  const told = new Set<string>();
  let lastMs = -Infinity;
  return (error) => {
    if (error instanceof JobSetAside) {
      const { queue, id, field, from, keptAt } = error.found;
      log.error({ code: error.code, queue, job: id.slice(0, JOB_ID_SHOWN), field, from, keptAt, remedy: error.remedy }, error.message);
      return;
    }
    const nowMs = performance.now();
    if (nowMs - lastMs > QUIET_MS) told.clear();
    lastMs = nowMs;
    const { code, message, remedy, transient } = redisError(error, 'connection');
    if (told.has(code)) return;
    told.add(code);
    // Waiting does not heal what a person has to change.
    log[transient ? 'warn' : 'error'](
      { code, reason: message, remedy },
      'Redis does not work as it should; more of the same is not logged',
    );
  };
}
