export * from './catalogue.js';
export { openProducer, type Producer } from './producer.js';
export { type Delivery, openWorker, type Outcome, type QueueWorker } from './worker.js';
export { flowState, type FlowState, type Queue, removeFlow, watchLoads } from './inspect.js';
export { redisOptions } from './redis-options.js';
export { redisError } from './redis-error.js';
export { openRedis, type Redis } from './open-redis.js';
export { openGatewayQueues } from './gateway-queues.js';
export { reconcileSchedules, type ScheduleChange, scheduledTick, type WantedSchedule } from './schedules.js';
export {
  parseJobId,
  readRunJobs,
  readRunLog,
  readStageProgress,
  type RunJob,
  RUN_JOBS_MAX,
  type RunLogLine,
  type StageProgress,
} from './run-jobs.js';
