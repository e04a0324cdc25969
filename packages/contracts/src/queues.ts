/** The four BullMQ queues. Their names and prefix are public: the dashboard and operators' scripts rely on them. */
export const QUEUES = { runs: 'runs', extract: 'extract', transform: 'transform', load: 'load' } as const;

export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

export const QUEUE_NAMES: readonly QueueName[] = Object.values(QUEUES);

/** Key prefix in Redis. The braces are a hash tag: all keys share one cluster slot, which BullMQ's scripts need. */
export const QUEUE_PREFIX = '{retail-etl}';

/** The stages of a run's report. */
export const STAGES = ['extract', 'transform', 'load'] as const;
export type StageName = (typeof STAGES)[number];
