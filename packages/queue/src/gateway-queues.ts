import { QUEUE_NAMES, QUEUE_PREFIX, QUEUES, type QueueName } from '@retail-etl/contracts';
import { Queue } from 'bullmq';
import { repeatStrategy } from './cron/cron-times.js';
import { START_RUN_OPTIONS } from './job-options.js';
import { redisOptions } from './redis-options.js';

/**
 * The four queues as the dashboard needs them. A job that a person adds to `runs` gets the catalogue's attempts, backoff and
 * retention, because the dashboard's form sends none. Calls fail at once while Redis is away.
 */
export function openGatewayQueues(redisUrl: string, onError: (error: Error) => void): Record<QueueName, Queue> {
  const entries = QUEUE_NAMES.map((name) => {
    const queue = new Queue(name, {
      connection: redisOptions(redisUrl, 'client'),
      prefix: QUEUE_PREFIX,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      settings: { repeatStrategy },
      ...(name === QUEUES.runs ? { defaultJobOptions: START_RUN_OPTIONS } : {}),
    });
    queue.on('error', onError);
    return [name, queue] as const;
  });
  return Object.fromEntries(entries) as Record<QueueName, Queue>;
}
