import { QUEUE_NAMES, QUEUE_PREFIX, QUEUES, type QueueName } from '@retail-etl/contracts';
import { Queue } from 'bullmq';
import { repeatStrategy } from './cron/cron-times.js';
import { START_RUN_OPTIONS } from './job-options.js';
import { redisOptions } from './redis-options.js';
import { checkedBackend } from './set-aside/checked-backend.js';

/**
 * The four queues as the dashboard needs them. A job that a person adds to `runs` gets the catalogue's attempts, backoff and
 * retention, because the dashboard's form sends none. Calls fail at once while Redis is away. A job that cannot be read is set aside;
 * `onError` gets a JobSetAside.
 */
export function openGatewayQueues(redisUrl: string, onError: (error: Error) => void): Record<QueueName, Queue> {
  const entries = QUEUE_NAMES.map((name) => {
    const options = {
      connection: redisOptions(redisUrl, 'client'),
      prefix: QUEUE_PREFIX,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      settings: { repeatStrategy },
      ...(name === QUEUES.runs ? { defaultJobOptions: START_RUN_OPTIONS } : {}),
    };
    const queue = new Queue(name, options, checkedBackend(onError));
    queue.on('error', onError);
    return [name, queue] as const;
  });
  return Object.fromEntries(entries) as Record<QueueName, Queue>;
}
