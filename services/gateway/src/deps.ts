import type { GatewayConfig } from '@retail-etl/config';
import type { QueueName } from '@retail-etl/contracts';
import type { Database } from '@retail-etl/mysql';
import type { Producer, Queue, Redis } from '@retail-etl/queue';
import type { Logger } from '@retail-etl/runtime';
import type { LedgerGate } from './ops/ledger-gate.js';

/** The clients and settings that the gateway's parts are given. All of them answer at once, with an error, while their server is away. */
export interface GatewayDeps {
  readonly config: GatewayConfig;
  readonly log: Logger;
  readonly database: Database;
  readonly ledger: LedgerGate;
  readonly queues: Record<QueueName, Queue>;
  readonly producer: Producer;
  readonly redis: Redis;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
  /** Names this process among several gateways. */
  readonly gatewayId: string;
  /** Starts the next waiting run if the slot is free. */
  readonly startNextRun: () => Promise<void>;
  /** True once the worker on `runs` is connected and asks for jobs, or is held. */
  readonly isTakingJobs: () => boolean;
  /** True: this gateway takes no jobs on `runs`, because it would do so at wrong times. False: it takes them. None are taken before the first call. */
  readonly holdJobs: (isHeld: boolean) => Promise<void>;
  readonly areJobsHeld: () => boolean;
}
