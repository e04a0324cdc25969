import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { checkWindow, EtlError, Problem, Schedule, ScheduleBody, ScheduleIdParams, ScheduleList } from '@retail-etl/contracts';
import {
  deleteSchedule,
  findSchedule,
  listSchedules,
  putSchedule,
  readDatabaseTime,
  SCHEDULES_MAX,
  type ScheduleRow,
} from '@retail-etl/ledger';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import type { App } from '../web/app-type.js';
import { audit } from '../audit/audit.js';
import { checkSchedule, nextTimes } from './cron.js';
import { ENVIRONMENT_SCHEDULE_ID, syncSchedules } from './keep-schedules.js';

/** How many of the next times are shown. */
const NEXT_TIMES = 5;

function show(row: ScheduleRow, now: Date): Schedule {
  return {
    id: row.id,
    cron: row.cron,
    tz: row.tz,
    params: row.params,
    paused: row.paused,
    origin: row.origin,
    next: row.paused ? [] : nextTimes(row.cron, row.tz, NEXT_TIMES, now).map((time) => time.toISOString()),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

const tags = ['schedules'];

/** Schedules: list, look at, make or change (pausing included), delete. */
export function scheduleRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    list(app, deps);
    get(app, deps);
    put(app, deps);
    remove(app, deps);
  };
}

/** The ledger has the change by then; if Redis does not take it now, the keeper brings it there. */
async function sync(deps: GatewayDeps): Promise<void> {
  await syncSchedules(deps).catch((error: unknown) => deps.log.warn({ reason: String(error) }, 'schedules are not in Redis yet'));
}

function list(app: App, { database }: GatewayDeps): void {
  app.get('/api/schedules', { schema: { tags, summary: 'List the schedules', response: { 200: ScheduleList } } }, async () => {
    const [schedules, now] = await Promise.all([listSchedules(database), readDatabaseTime(database)]);
    return { schedules: schedules.map((row) => show(row, now)) };
  });
}

function get(app: App, { database }: GatewayDeps): void {
  app.get(
    '/api/schedules/:id',
    { schema: { tags, summary: 'A schedule', params: ScheduleIdParams, response: { 200: Schedule, 404: Problem } } },
    async (request) => {
      const found = await findSchedule(database, request.params.id);
      if (found === undefined) throw new EtlError('NOT_FOUND', `there is no schedule ${request.params.id}`);
      return show(found, await readDatabaseTime(database));
    },
  );
}

function put(app: App, deps: GatewayDeps): void {
  const { database } = deps;
  app.put(
    '/api/schedules/:id',
    {
      schema: {
        tags,
        summary: 'Make, change, pause or resume a schedule',
        description:
          'Replaces the schedule of this id. The schedule `default` comes from the environment; of it only `paused` can be changed.',
        params: ScheduleIdParams,
        body: ScheduleBody,
        response: { 200: Schedule, 400: Problem, 409: Problem },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { cron, tz = 'UTC', params = {}, paused = false } = request.body;
      checkSchedule(cron, tz);
      checkWindow(params, 'REQUEST_INVALID');
      const schedules = await listSchedules(database);
      const found = schedules.find((schedule) => schedule.id === id);
      const fixed = id === ENVIRONMENT_SCHEDULE_ID || found?.origin === 'environment';
      if (fixed && (found === undefined || found.cron !== cron || found.tz !== tz || Object.keys(params).length > 0)) {
        throw new EtlError('SCHEDULE_FIXED', `schedule ${id} comes from the environment: only "paused" can be changed here`);
      }
      if (found === undefined && schedules.length >= SCHEDULES_MAX) {
        throw new EtlError('REQUEST_INVALID', `there are ${SCHEDULES_MAX} schedules already; delete one first`);
      }
      const row = await putSchedule(database, { id, cron, tz, params, paused, origin: found?.origin ?? 'api' });
      await Promise.all([audit(deps, request, 'schedule.put', { schedule: id, cron, tz, params, paused }), sync(deps)]);
      return show(row, await readDatabaseTime(database));
    },
  );
}

function remove(app: App, deps: GatewayDeps): void {
  const { database } = deps;
  app.delete(
    '/api/schedules/:id',
    {
      schema: {
        tags,
        summary: 'Delete a schedule',
        params: ScheduleIdParams,
        response: { 204: Type.Null(), 404: Problem, 409: Problem },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const found = await findSchedule(database, id);
      if (found?.origin === 'environment') throw new EtlError('SCHEDULE_FIXED', `schedule ${id} comes from the environment`);
      if (!(await deleteSchedule(database, id))) throw new EtlError('NOT_FOUND', `there is no schedule ${id}`);
      await Promise.all([audit(deps, request, 'schedule.delete', { schedule: id }), sync(deps)]);
      return reply.code(204).send(null);
    },
  );
}
