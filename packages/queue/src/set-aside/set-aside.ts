import { createHash } from 'node:crypto';
import { EtlError, QUEUE_NAMES, QUEUE_PREFIX, type QueueName } from '@retail-etl/contracts';
import type { IRedisClient } from 'bullmq';
import { qualified } from '../flow-parents.js';
import { isJobId } from './job-ids.js';
import type { JobFault } from './job-fault.js';
import { SET_ASIDE } from './set-aside-script.js';

/** What was found in Redis that nothing can work with, and is out of the way now. */
interface Found extends JobFault {
  readonly queue: QueueName;
  /** The job's id; `repeat:<schedule>` for a schedule's entry; the name of a key of the queue, such as `wait`. */
  readonly id: string;
  /** The state that it was in, such as `wait`; empty if it was in none. */
  readonly from: string;
  /** Where it lies now; null if there was nothing to keep. */
  readonly keptAt: string | null;
}

/** Tells of a job, or of a key of a queue, that is set aside: once among all processes. */
export class JobSetAside extends EtlError {
  readonly found: Found;

  constructor(found: Found) {
    const { queue, id, field, problem } = found;
    super('JOB_UNREADABLE', `${JSON.stringify(id.slice(0, ID_SHOWN))} on queue ${queue} is set aside: ${field} ${problem}`);
    this.found = found;
  }
}

/** Takes what is to be told. Must not throw. */
export type Tell = (what: JobSetAside) => void;

/** A queue, how it is reached, and who is told. */
export interface Place {
  readonly client: IRedisClient;
  readonly queue: QueueName;
  readonly tell: Tell;
}

interface Which {
  /** The key is to be moved although no job can have the id: it is one of the queue's own, or a schedule's. */
  readonly isOwnKey?: boolean;
  /** A job that a worker holds is left to it. The worker has read it before it was damaged, and may well end it. */
  readonly isLeftToWorker?: boolean;
}

const ID_SHOWN = 200;

/** What is set aside stays for people to look at: so long, so many, and of each so much. Redis holds it in memory. */
const KEPT_MS = 30 * 86_400_000;
const KEPT_MAX = 200;
const KEPT_BYTES_MAX = 256 * 1_024;

const PREFIX = `${QUEUE_PREFIX}:set-aside:`;
const COMMAND = 'retailSetAside';

/** Ids are anybody's text; what is long gets a short name of its own. */
const nameOf = (queue: QueueName, id: string): string =>
  `${queue}:${id.length <= 255 ? id : `${id.slice(0, 200)}~${createHash('sha256').update(id).digest('hex').slice(0, 16)}`}`;

/** Defines a script on a connection, once. */
export function defineOnce(client: IRedisClient, name: string, lua: string, numberOfKeys: number): void {
  if (typeof (client as unknown as Record<string, unknown>)[name] !== 'function') client.defineCommand(name, { numberOfKeys, lua });
}

/**
 * Takes what `id` names out of all states of the queue and moves its key to `{retail-etl}:set-aside:<queue>:<id>`. A key that is not a job's
 * own, because the id is one that no job can have, stays where it is. Returns false, and tells nothing, where nothing was to do, such as when
 * another process was first.
 */
export async function setAside({ client, queue, tell }: Place, id: string, fault: JobFault, which: Which = {}): Promise<boolean> {
  defineOnce(client, COMMAND, SET_ASIDE, 2);
  const name = nameOf(queue, id);
  const isMoved = which.isOwnKey === true || isJobId(id);
  const reason = `${fault.field} ${fault.problem}`;
  const keys = [`${qualified(queue)}:`, PREFIX];
  const limits = [KEPT_MS, KEPT_MAX, KEPT_BYTES_MAX];
  const args = [...keys, id, name, reason, isMoved ? '1' : '0', ...limits, which.isLeftToWorker === true ? '1' : '0'];
  const done = (await client.runCommand(COMMAND, args)) as [string, number] | null;
  if (done === null) return false;
  const [from, wasMoved] = done;
  tell(new JobSetAside({ ...fault, queue, id, from, keptAt: wasMoved === 1 ? `${PREFIX}${name}` : null }));
  return true;
}

/** A job that was set aside, as the index tells it. */
export interface SetAsideJob {
  readonly queue: QueueName;
  readonly id: string;
  readonly from: string;
  /** Such as `data is not JSON: "{"`. */
  readonly reason: string;
}

/** What has been set aside lately, among it jobs whose id begins with `idPrefix`. */
export async function listSetAside(client: IRedisClient, idPrefix: string): Promise<SetAsideJob[]> {
  const names = (await client.zrange(`${PREFIX}index`, 0, -1)).filter((name) =>
    QUEUE_NAMES.some((queue) => name.startsWith(`${queue}:${idPrefix}`)),
  );
  if (names.length === 0) return [];
  const reasons = await client.hmget(`${PREFIX}reasons`, ...names);
  return names.map((name, index) => {
    const colon = name.indexOf(':');
    const { from = '', reason = '' } = JSON.parse(reasons[index] ?? '{}') as { from?: string; reason?: string };
    return { queue: name.slice(0, colon) as QueueName, id: name.slice(colon + 1), from, reason };
  });
}
