import Type, { type Static } from 'typebox';
import { Count, Nullable, Time, strict } from '../schema-parts.js';
import { RUN_ID_PATTERN } from '../run-id-pattern.js';
import { RunState } from '../run-state.js';

export const RunIdParams = Type.Object({ id: Type.String({ pattern: RUN_ID_PATTERN, maxLength: 64 }) }, strict);

/** Answer to a trigger: the run is recorded. */
export const RunAccepted = Type.Object(
  { id: Type.String(), seq: Count, state: RunState, url: Type.String({ description: 'Where its report is' }) },
  { title: 'RunAccepted' },
);
export type RunAccepted = Static<typeof RunAccepted>;

export const RunListQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only runs with a lower seq' })),
    state: Type.Optional(
      Type.String({ pattern: '^[a-z]+(,[a-z]+){0,8}$', maxLength: 120, description: 'One or more states, separated by commas' }),
    ),
  },
  strict,
);

const Stage = Type.Union([Type.Literal('extract'), Type.Literal('transform'), Type.Literal('load')]);

/** The data of a `progress` event. */
export const RunProgress = Type.Object(
  {
    state: RunState,
    stages: Type.Array(Type.Object({ name: Stage, done: Count, total: Count, rows: Count })),
  },
  { title: 'RunProgress' },
);
export type RunProgress = Static<typeof RunProgress>;

export const RunJobList = Type.Object(
  {
    jobs: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          queue: Type.String(),
          step: Type.String(),
          stage: Stage,
          part: Nullable(Type.String()),
          state: Type.String(),
          attempts: Count,
          addedAt: Time,
          startedAt: Nullable(Time),
          finishedAt: Nullable(Time),
          rows: Count,
          bytes: Count,
          error: Nullable(Type.String()),
        },
        { title: 'RunJob' },
      ),
    ),
  },
  { title: 'RunJobList' },
);
export type RunJobList = Static<typeof RunJobList>;

export const PageQuery = Type.Object(
  {
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
  },
  strict,
);

export const RunLog = Type.Object(
  {
    lines: Type.Array(Type.Object({ step: Type.String(), part: Nullable(Type.String()), line: Type.String() })),
    total: Count,
    next: Nullable(Type.Integer({ description: 'Pass it as `offset` for the next page' })),
  },
  { title: 'RunLog' },
);
export type RunLog = Static<typeof RunLog>;
