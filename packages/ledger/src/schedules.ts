import { type ReadParams, runIdTime } from '@retail-etl/contracts';
import { type Database, execute, select } from '@retail-etl/mysql';
import { fromJson } from './run-row.js';

/** Where a schedule comes from: the environment's is kept in step with SCHEDULE_CRON and SCHEDULE_TZ, the others belong to the API. */
export type ScheduleOrigin = 'environment' | 'api';

export interface ScheduleRow {
  readonly id: string;
  readonly cron: string;
  readonly tz: string;
  readonly params: ReadParams;
  readonly paused: boolean;
  readonly origin: ScheduleOrigin;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewSchedule = Omit<ScheduleRow, 'createdAt' | 'updatedAt'>;

/** No more schedules than this; each is a timer in Redis. */
export const SCHEDULES_MAX = 200;

interface Row {
  id: string;
  cron: string;
  tz: string;
  params: unknown;
  paused: number;
  origin: ScheduleOrigin;
  created_at: Date;
  updated_at: Date;
}

async function read(database: Database, rest: string, values: readonly (string | number)[]): Promise<ScheduleRow[]> {
  const rows = await select<Row>(
    database,
    'reading the schedules',
    `SELECT id, cron, tz, params, paused, origin, created_at, updated_at FROM etl_schedules ${rest}`,
    values,
  );
  return rows.map((row) => ({
    id: row.id,
    cron: row.cron,
    tz: row.tz,
    params: fromJson<ReadParams>(row.params),
    paused: row.paused !== 0,
    origin: row.origin,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}

/** All schedules by id. */
export async function listSchedules(database: Database): Promise<ScheduleRow[]> {
  return read(database, 'ORDER BY id LIMIT ?', [SCHEDULES_MAX]);
}

export async function findSchedule(database: Database, id: string): Promise<ScheduleRow | undefined> {
  const [found] = await read(database, 'WHERE id = ?', [id]);
  return found;
}

/** Makes or changes a schedule. `updated_at` moves only when something is different, because the dead man's switch counts from it. */
export async function putSchedule(database: Database, schedule: NewSchedule): Promise<ScheduleRow> {
  // updated_at comes first: MySQL evaluates the assignments from left to right, and here the columns still have their old values.
  await execute(
    database,
    'writing a schedule',
    `INSERT INTO etl_schedules (id, cron, tz, params, paused, origin, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE
       updated_at = IF(cron = VALUES(cron) AND tz = VALUES(tz) AND paused = VALUES(paused), updated_at, UTC_TIMESTAMP(3)),
       cron = VALUES(cron), tz = VALUES(tz), params = VALUES(params), paused = VALUES(paused), origin = VALUES(origin)`,
    [schedule.id, schedule.cron, schedule.tz, JSON.stringify(schedule.params), schedule.paused, schedule.origin],
  );
  const [written] = await read(database, 'WHERE id = ?', [schedule.id]);
  return written as ScheduleRow;
}

/** True if there was one. */
export async function deleteSchedule(database: Database, id: string): Promise<boolean> {
  const { affectedRows } = await execute(database, 'deleting a schedule', 'DELETE FROM etl_schedules WHERE id = ?', [id]);
  return affectedRows > 0;
}

/**
 * True if this schedule made a run for its time `due` or a later one. A run that was late also makes up for the times that passed before
 * it was recorded: for those, Redis makes no job. Judged by the time that the run was for, which its key holds, and for a late one by its
 * id, which tells when it was recorded.
 */
export async function hasScheduledRunFor(database: Database, scheduleId: string, due: Date): Promise<boolean> {
  // A run is recorded before its time only by as much as a gateway's clock is ahead; far less than a day is tolerated. It keeps this from reading the whole history.
  const earliest = new Date(due.getTime() - 86_400_000);
  const rows = await select(
    database,
    'looking for a scheduled run',
    `SELECT 1 FROM etl_runs WHERE run_id >= ? AND trigger_kind = 'schedule' AND triggered_by = ?
     AND (CAST(SUBSTRING_INDEX(idempotency_key, ':', -1) AS UNSIGNED) >= ? OR (late AND run_id >= ?)) LIMIT 1`,
    [runIdTime(earliest), scheduleId, due.getTime(), runIdTime(due)],
  );
  return rows.length > 0;
}
