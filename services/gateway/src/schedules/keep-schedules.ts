import { deleteSchedule, findSchedule, listSchedules, putSchedule, type ScheduleRow } from '@retail-etl/ledger';
import { nextTime, reconcileSchedules } from '@retail-etl/queue';
import type { GatewayDeps } from '../deps.js';

/** The id of the schedule that SCHEDULE_CRON and SCHEDULE_TZ set. */
export const ENVIRONMENT_SCHEDULE_ID = 'default';

type ScheduleDeps = Pick<GatewayDeps, 'config' | 'database' | 'queues' | 'redis' | 'log'>;

/**
 * Writes the environment's schedule into the ledger if it differs. Done once a start, not again and again: while gateways of an old
 * and a new configuration overlap, the one that started last is right. Whether it is paused is left as people set it.
 */
async function recordEnvironmentSchedule({ config, database, log }: ScheduleDeps): Promise<void> {
  const id = ENVIRONMENT_SCHEDULE_ID;
  const found = await findSchedule(database, id);
  if (config.scheduleCron === undefined) {
    if (found?.origin === 'environment' && (await deleteSchedule(database, id)))
      log.info({ schedule: id }, 'schedule removed: SCHEDULE_CRON is off');
    return;
  }
  if (found?.origin === 'environment' && found.cron === config.scheduleCron && found.tz === config.scheduleTz) return;
  const written = await putSchedule(database, {
    id,
    cron: config.scheduleCron,
    tz: config.scheduleTz,
    params: {},
    paused: found?.paused ?? false,
    origin: 'environment',
  });
  log.info({ schedule: id, cron: written.cron, tz: written.tz, paused: written.paused }, 'schedule set from the environment');
}

/** What the keeper remembers between its rounds. */
export interface ScheduleMemory {
  /** Schedulers whose next job was missing. */
  readonly suspects: Set<string>;
  /** Schedules that are known not to be readable, as they were. */
  readonly unreadable: Set<string>;
}

function newScheduleMemory(): ScheduleMemory {
  return { suspects: new Set(), unreadable: new Set() };
}

/** Brings Redis in step with the ledger's schedules; a wiped Redis gets them back. */
export async function syncSchedules(
  { database, queues, redis, log }: ScheduleDeps,
  { suspects, unreadable }: ScheduleMemory = newScheduleMemory(),
): Promise<void> {
  const active = (await listSchedules(database)).filter((schedule) => !schedule.paused);
  const wanted = active.filter((schedule) => isReadable(schedule, unreadable, log));
  for (const { id, change } of await reconcileSchedules(queues.runs, redis, wanted, suspects)) {
    log.info({ schedule: id, change }, 'job scheduler');
  }
}

/** The API takes no other, but a zone may be unknown to this Node, or a row be written by hand. One such must not stop the others. */
function isReadable({ id, cron, tz }: ScheduleRow, unreadable: Set<string>, log: ScheduleDeps['log']): boolean {
  if (nextTime(cron, tz, new Date()) !== undefined) return true;
  const key = JSON.stringify([id, cron, tz]);
  if (!unreadable.has(key)) log.error({ schedule: id, cron, tz }, 'this schedule is not run: its cron or zone cannot be read; change it');
  unreadable.add(key);
  return false;
}

/** Keeps schedules in step, a call a round; the first rounds also record the environment's until that has worked. */
export function scheduleKeeper(deps: ScheduleDeps): () => Promise<void> {
  const memory = newScheduleMemory();
  let recorded = false;
  return async () => {
    if (!recorded) {
      await recordEnvironmentSchedule(deps);
      recorded = true;
    }
    await syncSchedules(deps, memory);
  };
}
