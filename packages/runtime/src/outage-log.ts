import { redisError } from '@retail-etl/queue';
import type { Logger } from './logger.js';

/** So long without an error, and an outage is over. */
const QUIET_MS = 30_000;

/** Takes the errors of all of a service's connections to Redis, and logs one line for each kind of error in an outage. */
export function outageLog(log: Logger): (error: Error) => void {
  const told = new Set<string>();
  let lastMs = -Infinity;
  return (error) => {
    const nowMs = performance.now();
    if (nowMs - lastMs > QUIET_MS) told.clear();
    lastMs = nowMs;
    const { code, message, remedy } = redisError(error, 'connection');
    if (told.has(code)) return;
    told.add(code);
    log.warn({ code, reason: message, remedy }, 'Redis does not work as it should; more of the same is not logged');
  };
}
