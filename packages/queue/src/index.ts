export type { JobFailure } from './job-failures.js';
export { openProducer, type Producer } from './producer.js';
export { type Delivery, openWorker, type Outcome, type QueueWorker } from './worker.js';
export { flowState, type Queue, removeFlow, watchLoads } from './inspect.js';
export { readRedisTime } from './redis-time.js';
export { redisError } from './redis-error.js';
export { openRedis, type Redis } from './open-redis.js';
export { parseCron } from './cron/cron-fields.js';
export { nextTime, previousTime } from './cron/cron-times.js';
export { openGatewayQueues } from './gateway-queues.js';
export { reconcileSchedules, scheduledTick } from './schedules.js';
<<<<<<< HEAD
export { readRunJobs, readRunLog, readStageProgress } from './run-jobs.js';
=======
export { readRunJobs, readRunLog, readStageProgress, type RunJob } from './run-jobs.js';
export { redisOptions } from './redis-options.js';
>>>>>>> 1f21a46 (Config: the three servers' URLs are read strictly, in one place; MySQL's spellings of TLS encrypt)
