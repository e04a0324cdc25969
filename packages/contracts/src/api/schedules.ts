import Type, { type Static } from 'typebox';
import { Time, strict } from '../schema-parts.js';
import { ReadParams } from '../jobs.js';

export const ScheduleIdParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' }) }, strict);

export const ScheduleBody = Type.Object(
  {
    cron: Type.String({ minLength: 9, maxLength: 120, description: 'Five fields: minute hour day month weekday' }),
    tz: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: 'UTC', description: 'IANA name' })),
    params: Type.Optional(ReadParams),
    paused: Type.Optional(Type.Boolean({ default: false })),
  },
  strict,
);
export type ScheduleBody = Static<typeof ScheduleBody>;

export const Schedule = Type.Object(
  {
    id: Type.String(),
    cron: Type.String(),
    tz: Type.String(),
    params: ReadParams,
    paused: Type.Boolean(),
    origin: Type.Union([Type.Literal('environment'), Type.Literal('api')]),
    next: Type.Array(Time, { description: 'The next five times; empty while paused' }),
    createdAt: Time,
    updatedAt: Time,
  },
  { title: 'Schedule' },
);
export type Schedule = Static<typeof Schedule>;

export const ScheduleList = Type.Object({ schedules: Type.Array(Schedule) }, { title: 'ScheduleList' });
