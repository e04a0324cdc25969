/** The four BullMQ queues. Their names and prefix are public: the dashboard and operators' scripts rely on them. */
export const QUEUES = { runs: 'runs', extract: 'extract', transform: 'transform', load: 'load' } as const;

export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];

export const QUEUE_NAMES: readonly QueueName[] = Object.values(QUEUES);

/** Key prefix in Redis. The braces are a hash tag: all keys share one cluster slot, which BullMQ's scripts need. */
export const QUEUE_PREFIX = '{retail-etl}';

/** The steps of a run, each a job of its own: which queue carries it and in which stage of the report it counts. */
export const STEPS = {
  plan: { queue: QUEUES.extract, stage: 'extract' },
  extract: { queue: QUEUES.extract, stage: 'extract' },
  transform: { queue: QUEUES.transform, stage: 'transform' },
  merge: { queue: QUEUES.transform, stage: 'transform' },
  load: { queue: QUEUES.load, stage: 'load' },
} as const;

export type StepName = keyof typeof STEPS;
export type StageName = 'extract' | 'transform' | 'load';
