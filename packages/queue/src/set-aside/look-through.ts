import { QUEUE_NAMES } from '@retail-etl/contracts';
import type { IRedisClient } from 'bullmq';
import { qualified } from '../flow-parents.js';
import { isHarmlessToItsWorker, type JobFault, jobFault } from './job-fault.js';
import { isJobId } from './job-ids.js';
import { LOOK_AT, OWN_TYPES, PUT_BACK } from './look-through-script.js';
import { defineOnce, type Place, setAside, type Tell } from './set-aside.js';
import { STATES } from './set-aside-script.js';

/** Ids looked at by one script, so that Redis answers others meanwhile; and of one state in all. */
const IDS_AT_ONCE = 500;
const IDS_MAX = 50_000;

/** Jobs whose hashes are read at the same time. */
const HASHES_AT_ONCE = 100;

const TYPE_OF = "return redis.call('TYPE', KEYS[1]).ok";

/**
 * Looks at every job of all four queues, and sets aside what cannot be read: for when a script of BullMQ has ended in an error, which says
 * neither which job it was nor how far the script came. Jobs that it dropped are put back. Returns true if anything was found.
 */
export async function lookThrough(client: IRedisClient, tell: Tell): Promise<boolean> {
  let found = false;
  const telling: Tell = (what) => {
    found = true;
    tell(what);
  };
  const places = QUEUE_NAMES.map((queue): Place => ({ client, queue, tell: telling }));
  for (const place of places) await checkOwnKeys(place);
  for (const place of places) {
    for (const type of ['list', 'zset'] as const) for (const state of STATES[type]) await checkState(place, state, type);
  }
  for (const place of places) if ((await putBack(place)) > 0) found = true;
  return found;
}

async function run<Answer>(client: IRedisClient, command: string, lua: string, args: readonly (string | number)[]): Promise<Answer> {
  defineOnce(client, command, lua, 1);
  return (await client.runCommand(command, [...args])) as Answer;
}

async function checkOwnKeys(place: Place): Promise<void> {
  for (const [name, wanted] of Object.entries(OWN_TYPES)) {
    const type = await run<string>(place.client, 'retailType', TYPE_OF, [`${qualified(place.queue)}:${name}`]);
    if (type === 'none' || type === wanted) continue;
    await setAside(place, name, { field: 'key', problem: `is a ${type}, not a ${wanted}` }, { isOwnKey: true });
  }
}

/** An id of a state, the type of its key, and which key beside it is of a wrong type. */
interface Seen {
  readonly id: string;
  readonly type: string;
  readonly wrongBeside: string;
}

async function listState({ client, queue }: Place, state: string, type: string): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let start = 0; start < IDS_MAX; start += IDS_AT_ONCE) {
    const page = await run<string[]>(client, 'retailLookAt', LOOK_AT, [`${qualified(queue)}:`, state, type, start, IDS_AT_ONCE]);
    for (let at = 0; at < page.length; at += 3)
      seen.push({ id: page[at] ?? '', type: page[at + 1] ?? '', wrongBeside: page[at + 2] ?? '' });
    if (page.length < 3 * IDS_AT_ONCE) break;
  }
  return seen;
}

async function checkState(place: Place, state: string, type: string): Promise<void> {
  const seen = await listState(place, state, type);
  for (let start = 0; start < seen.length; start += HASHES_AT_ONCE) {
    const faults = seen.slice(start, start + HASHES_AT_ONCE).map(async (each) => {
      const fault = await faultOf(place, each);
      if (fault !== undefined) await setAside(place, each.id, fault, { isLeftToWorker: isHarmlessToItsWorker(fault) });
    });
    await Promise.all(faults);
  }
}

async function faultOf({ client, queue }: Place, { id, type, wrongBeside }: Seen): Promise<JobFault | undefined> {
  if (type === 'none') return { field: 'key', problem: 'is not there' };
  if (type !== 'hash') return { field: 'key', problem: `is a ${type}, not a hash` };
  if (wrongBeside !== '') return { field: wrongBeside, problem: 'is a key of a wrong type' };
  return jobFault(queue, id, await client.hgetall(`${qualified(queue)}:${id}`));
}

/** Looks at all keys of the queue that can be a job's. Returns how many jobs were put back. */
async function putBack(place: Place): Promise<number> {
  const { client } = place;
  const prefix = `${qualified(place.queue)}:`;
  let cursor = '0';
  let putBackCount = 0;
  do {
    const [next, keys] = await client.scan(cursor, { MATCH: `${prefix}*`, COUNT: IDS_AT_ONCE });
    const ids = keys.map((key) => key.slice(prefix.length)).filter(isJobId);
    const [count = 0, ...wrong] =
      ids.length === 0 ? [] : await run<[number, ...string[]]>(client, 'retailPutBack', PUT_BACK, [prefix, ...ids]);
    putBackCount += count;
    for (let at = 0; at < wrong.length; at += 2) {
      await setAside(place, wrong[at] ?? '', { field: 'key', problem: `is a ${wrong[at + 1]}, not a hash` });
    }
    cursor = next;
  } while (cursor !== '0');
  return putBackCount;
}
