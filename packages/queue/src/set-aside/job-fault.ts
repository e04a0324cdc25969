import { QUEUE_NAMES, type QueueName } from '@retail-etl/contracts';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { parentOfJob, qualified } from '../flow-parents.js';
import { scheduledTick } from '../scheduled-tick.js';
import { isJobId } from './job-ids.js';
import { readJson } from './json-text.js';

/** Why a job in Redis cannot be read: what of it, and what is wrong there. */
export interface JobFault {
  /** A field of the job's hash, `id`, or `key` where the key itself is not a job's hash. */
  readonly field: string;
  /** What was found, as the end of a sentence that begins with the field. */
  readonly problem: string;
}

/** The fields of a job's hash, or of a schedule's, as Redis has them. */
export type RawFields = Readonly<Record<string, string>>;

/**
 * A job of ours is some hundred bytes; one that a person adds on the dashboard is at most a request's 64 KiB. What is larger fills the memory
 * of whoever lists jobs.
 */
const JOB_BYTES_MAX = 256 * 1_024;

/** What JavaScript's `Date` can hold, in ms. */
const TIME_MS_MAX = 8.64e15;

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Kept = Type.Union([
  Type.Boolean(),
  Type.Integer(),
  Type.Object({ age: Type.Optional(Type.Number()), count: Type.Optional(Type.Integer()), limit: Type.Optional(Type.Integer()) }),
]);
const Id = Type.String({ minLength: 1, maxLength: 512 });

/** The options that BullMQ calculates with. A wrong type among them ends in an error each time the job is taken, for ever. */
const Options = Compile(
  Type.Object({
    attempts: Type.Optional(Count),
    backoff: Type.Optional(Type.Union([Count, Type.Object({ type: Type.Optional(Type.String()), delay: Type.Optional(Type.Number()) })])),
    delay: Type.Optional(Type.Number()),
    priority: Type.Optional(Count),
    timestamp: Type.Optional(Type.Number({ minimum: -TIME_MS_MAX, maximum: TIME_MS_MAX })),
    removeOnComplete: Type.Optional(Kept),
    removeOnFail: Type.Optional(Kept),
    kl: Type.Optional(Count),
    stackTraceLimit: Type.Optional(Count),
    parent: Type.Optional(Type.Object({ id: Id, queue: Type.String() })),
    repeat: Type.Optional(
      Type.Object({ pattern: Type.Optional(Type.String()), tz: Type.Optional(Type.String()), every: Type.Optional(Type.Number()) }),
    ),
  }),
);
const Parent = Compile(Type.Object({ id: Id, queueKey: Type.String() }));

/** As a name of a property it is lost, or replaces what the object inherits. */
const PROTOTYPE = '__proto__';

/** Fields that BullMQ writes for every job. */
const REQUIRED = ['name', 'data', 'opts', 'timestamp'] as const;
const TIMES = ['timestamp', 'processedOn', 'finishedOn', 'delay', 'priority'] as const;
const COUNTS = ['ats', 'atm', 'attemptsMade', 'stc'] as const;
const JSON_FIELDS = ['data', 'opts', 'progress', 'returnvalue', 'stacktrace', 'parent'] as const;

/**
 * Fields that a worker reads once, as it takes the job, and that no script of BullMQ reads. If one of them is damaged later, the worker ends the
 * job all the same; with any other, the scripts that would end it fail.
 */
const READ_ONCE: ReadonlySet<string> = new Set(['name', 'data', 'opts', 'progress', 'returnvalue', 'stacktrace']);

/** True if a worker that holds the job can end it in spite of the fault. */
export const isHarmlessToItsWorker = ({ field }: JobFault): boolean => READ_ONCE.has(field);

/** Why BullMQ, a worker or the dashboard cannot work with the hash of this job; undefined if they can. */
export function jobFault(queue: QueueName, id: string, raw: RawFields): JobFault | undefined {
  return shapeFault(id, raw) ?? numberFault(raw) ?? jsonFault(raw) ?? parentFault(queue, id, raw) ?? scheduleFault(id, raw);
}

export const has = (raw: RawFields, field: string): boolean => Object.hasOwn(raw, field);
const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));

function shapeFault(id: string, raw: RawFields): JobFault | undefined {
  if (!isJobId(id) || id === PROTOTYPE) return { field: 'id', problem: `${quoted(id)} is not one that a job can have` };
  if (has(raw, 'id') && raw['id'] !== id) return { field: 'id', problem: `says ${quoted(raw['id'] ?? '')}, and its key another one` };
  for (const field of REQUIRED) if (!has(raw, field) || raw[field] === '') return { field, problem: 'is missing' };
  const { name = '' } = raw;
  if (name === PROTOTYPE) return { field: 'name', problem: `${quoted(name)} is not one that a job can have` };
  return sizeFault(raw);
}

/** Larger than any job or schedule of ours. */
export function sizeFault(raw: RawFields): JobFault | undefined {
  const sizes = Object.entries(raw).map(([field, text]) => ({ field, bytes: Buffer.byteLength(text) }));
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  const [largest] = sizes.toSorted((left, right) => right.bytes - left.bytes);
  if (bytes <= JOB_BYTES_MAX || largest === undefined) return undefined;
  return { field: largest.field, problem: `has ${largest.bytes} bytes; all fields together may have ${JOB_BYTES_MAX}` };
}

function numberFault(raw: RawFields): JobFault | undefined {
  for (const field of TIMES) {
    const { [field]: text } = raw;
    if (text !== undefined && !(/^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= TIME_MS_MAX))
      return { field, problem: `is not a number: ${quoted(text)}` };
  }
  for (const field of COUNTS) {
    const { [field]: text } = raw;
    if (text !== undefined && !/^\d{1,15}$/.test(text)) return { field, problem: `is not a count: ${quoted(text)}` };
  }
  return undefined;
}

function jsonFault(raw: RawFields): JobFault | undefined {
  const values = new Map<string, unknown>();
  for (const field of JSON_FIELDS) {
    if (!has(raw, field)) continue;
    const read = readJson(raw[field] ?? '');
    if (read.problem !== undefined) return { field, problem: read.problem };
    values.set(field, read.value);
  }
  const traces = values.get('stacktrace') ?? [];
  if (!Array.isArray(traces) || !traces.every((trace) => typeof trace === 'string'))
    return { field: 'stacktrace', problem: 'is not a list of texts' };
  if (!Options.Check(values.get('opts'))) return { field: 'opts', problem: `are not a job's options: ${quoted(raw['opts'] ?? '')}` };
  if (values.has('parent') && !Parent.Check(values.get('parent')))
    return { field: 'parent', problem: `does not name a job: ${quoted(raw['parent'] ?? '')}` };
  return undefined;
}

const OUR_QUEUES: ReadonlySet<string> = new Set(QUEUE_NAMES.map(qualified));

/** On our queues a job has the parent of its flow or none: two that wait for each other would be followed without end. */
function parentFault(queue: QueueName, id: string, raw: RawFields): JobFault | undefined {
  const options = JSON.parse(raw['opts'] ?? '{}') as { parent?: { id: string; queue: string } };
  const parent = raw['parent'] === undefined ? undefined : (JSON.parse(raw['parent']) as { id: string; queueKey: string });
  const named = [
    ...(options.parent === undefined ? [] : [`${options.parent.queue}:${options.parent.id}`]),
    ...(parent === undefined ? [] : [`${parent.queueKey}:${parent.id}`]),
    ...(raw['parentKey'] === undefined ? [] : [raw['parentKey']]),
  ];
  const expected = parentOfJob(queue, id);
  const ours = expected === undefined ? undefined : `${expected.queue}:${expected.id}`;
  const wrong = named.find((key) => OUR_QUEUES.has(key.split(':').slice(0, 2).join(':')) && key !== ours);
  return wrong === undefined ? undefined : { field: 'parent', problem: `is not the job that waits for this one: ${quoted(wrong)}` };
}

/** A job of a schedule makes the next one when it is taken; one that only claims to be of a schedule fails there. */
function scheduleFault(id: string, raw: RawFields): JobFault | undefined {
  const { rjk: schedule } = raw;
  if (schedule === undefined) return undefined;
  if (scheduledTick(id)?.scheduleId !== schedule)
    return { field: 'rjk', problem: `names a schedule that its id does not: ${quoted(schedule)}` };
  const { repeat } = JSON.parse(raw['opts'] ?? '{}') as { repeat?: { pattern?: string; every?: number } };
  const isOne = repeat !== undefined && (repeat.pattern === undefined) !== (repeat.every === undefined);
  return isOne ? undefined : { field: 'opts', problem: 'do not say when its schedule is due' };
}
