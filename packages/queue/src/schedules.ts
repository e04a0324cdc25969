import { randomBytes } from 'node:crypto';
import type { ReadParams } from '@retail-etl/contracts';
import type { JobSchedulerJson, Queue } from 'bullmq';
import { nextTime } from './cron/cron-times.js';
import { START_RUN_OPTIONS } from './job-options.js';
import type { Redis } from './open-redis.js';
import { redisError } from './redis-error.js';

/** A schedule as Redis should have it: a five-field cron in a time zone, and what each of its runs is asked to do. */
export interface WantedSchedule {
  readonly id: string;
  readonly cron: string;
  readonly tz: string;
  readonly params: ReadParams;
}

export interface ScheduleChange {
  readonly id: string;
  readonly change: 'added' | 'changed' | 'removed' | 'revived';
}

/** More schedulers than the ledger allows schedules, so that left-over ones are seen too. */
const SCHEDULERS_MAX = 1_000;

const LOCK_KEY = 'retail-etl:lock:schedules';
const LOCK_MS = 10_000;
/** Only the holder frees the lock: after LOCK_MS it may be another's. */
const UNLOCK = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/**
 * Makes the job schedulers on `runs` those that are wanted, touching only what differs: an upsert without need would drop a run
 * that is due. `suspects` carries over, between calls, the schedulers whose next job was missing; one that is missing twice is
 * made again. Only one gateway does this at a time; the others return an empty list.
 */
export async function reconcileSchedules(
  runs: Queue,
  redis: Redis,
  wanted: readonly WantedSchedule[],
  suspects: Set<string> = new Set(),
): Promise<ScheduleChange[]> {
  const token = randomBytes(8).toString('hex');
  try {
    if ((await redis.set(LOCK_KEY, token, 'PX', LOCK_MS, 'NX')) === null) return [];
    try {
      return await reconcile(runs, wanted, suspects);
    } finally {
      await redis.eval(UNLOCK, 1, LOCK_KEY, token);
    }
  } catch (cause) {
    throw redisError(cause, 'setting the schedules');
  }
}

async function reconcile(runs: Queue, wanted: readonly WantedSchedule[], suspects: Set<string>): Promise<ScheduleChange[]> {
  const changes: ScheduleChange[] = [];
  const present = new Map((await runs.getJobSchedulers(0, SCHEDULERS_MAX)).map((scheduler) => [scheduler.key, scheduler]));
  for (const schedule of wanted) {
    const found = present.get(schedule.id);
    present.delete(schedule.id);
    const change =
      found === undefined ? 'added' : !isSame(found, schedule) ? 'changed' : (await isDead(runs, found, suspects)) ? 'revived' : null;
    if (change === null) continue;
    if (change === 'added') await removeLeftTick(runs, schedule);
    await upsert(runs, schedule);
    suspects.delete(schedule.id);
    changes.push({ id: schedule.id, change });
  }
  for (const id of present.keys()) {
    await runs.removeJobScheduler(id);
    suspects.delete(id);
    changes.push({ id, change: 'removed' });
  }
  return changes;
}

/** A schedule whose entry was lost has left the job of its next time; with that in the way BullMQ would not make the schedule again. */
async function removeLeftTick(runs: Queue, { id, cron, tz }: WantedSchedule): Promise<void> {
  const next = nextTime(cron, tz, new Date());
  const left = next === undefined ? undefined : await runs.getJob(`repeat:${id}:${next.getTime()}`);
  if (left !== undefined && left.processedOn === undefined) await left.remove();
}

async function upsert(runs: Queue, schedule: WantedSchedule): Promise<void> {
  await runs.upsertJobScheduler(
    schedule.id,
    { pattern: schedule.cron, tz: schedule.tz },
    {
      name: 'scheduled-run',
      data: { ...schedule.params, scheduleId: schedule.id },
      opts: START_RUN_OPTIONS,
    },
  );
}

function isSame(found: JobSchedulerJson, schedule: WantedSchedule): boolean {
  const data = (found.template?.data ?? {}) as ReadParams & { scheduleId?: string };
  return (
    found.pattern === schedule.cron &&
    found.tz === schedule.tz &&
    data.scheduleId === schedule.id &&
    data.from === schedule.params.from &&
    data.to === schedule.params.to &&
    (data.dryRun ?? false) === (schedule.params.dryRun ?? false) &&
    (data.fresh ?? false) === (schedule.params.fresh ?? false)
  );
}

/** A scheduler lives by its next job. Between a job's start and the making of the next there is a moment without one. */
async function isDead(runs: Queue, found: JobSchedulerJson, suspects: Set<string>): Promise<boolean> {
  const nextJob = found.next === undefined ? undefined : await runs.getJob(`repeat:${found.key}:${found.next}`);
  const waits = nextJob !== undefined && nextJob.finishedOn === undefined;
  if (waits) {
    suspects.delete(found.key);
    return false;
  }
  if (suspects.has(found.key)) return true;
  suspects.add(found.key);
  return false;
}
