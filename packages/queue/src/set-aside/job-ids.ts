import { QueueKeys } from 'bullmq';
import { scheduledTick } from '../scheduled-tick.js';

/** Jobs share the names of their keys with what BullMQ keeps of a queue, such as `wait` and `meta`. */
const OWN_KEYS: ReadonlySet<string> = new Set(Object.keys(new QueueKeys('').getKeys('')));

const ID_LENGTH_MAX = 255;

/**
 * True for an id whose key can be a job's: none of the queue's own keys, none that belong to another job (`7:logs`) or to a schedule
 * (`repeat:nightly`).
 */
export function isJobId(id: string): boolean {
  if (id.length === 0 || id.length > ID_LENGTH_MAX || OWN_KEYS.has(id)) return false;
  return !id.includes(':') || scheduledTick(id) !== undefined;
}
