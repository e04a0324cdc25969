export type { JobFailure } from './job-failures.js';
export { openProducer, type Producer } from './producer.js';
export { type Delivery, openWorker, type Outcome, type QueueWorker } from './worker.js';
export { flowState, type Queue, removeFlow, watchLoads } from './inspect.js';
export { redisError } from './redis-error.js';
export { openRedis, type Redis } from './open-redis.js';
export { openGatewayQueues } from './gateway-queues.js';
export { reconcileSchedules, scheduledTick } from './schedules.js';
export { readRunJobs, readRunLog, readStageProgress, type RunJob } from './run-jobs.js';
