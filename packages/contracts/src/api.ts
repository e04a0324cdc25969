import Type, { type Static } from 'typebox';
import { RUN_ID_PATTERN } from './ids.js';
import { RunParams } from './jobs.js';
import { RunReport, RunState, TriggerKind } from './run-report.js';
import { REJECT_REASONS } from './sales.js';

/*
 * What the gateway's HTTP API takes and gives. The OpenAPI document is made from these, and the run page's types from that
 * document, so page and API cannot drift apart. A `title` makes a schema a named component there.
 */

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Count = Type.Integer({ minimum: 0 });
const Decimal = Type.String({ description: 'A number as text, so that no digit is lost' });
const Time = Type.String({ description: 'UTC, ISO 8601' });
const strict = { additionalProperties: false } as const;

/** An error, after RFC 9457 (application/problem+json). */
export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'An error code of this project; it never changes its meaning' }),
    message: Type.String({ description: 'What happened, naming the thing' }),
    remedy: Type.String({ description: 'What to do about it' }),
  },
  { title: 'Problem' },
);
export type Problem = Static<typeof Problem>;

export const RunIdParams = Type.Object({ id: Type.String({ pattern: RUN_ID_PATTERN, maxLength: 64 }) }, strict);

export const ScheduleIdParams = Type.Object({ id: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,63}$' }) }, strict);

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

const NamedRunReport = Type.Unsafe<RunReport>({ ...RunReport, title: 'RunReport' });
export { NamedRunReport as RunReportResponse };

export const RunList = Type.Object(
  { runs: Type.Array(NamedRunReport), next: Nullable(Type.Integer({ description: 'Pass it as `before` for the next page' })) },
  { title: 'RunList' },
);
export type RunList = Static<typeof RunList>;

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

/** The columns of rejects.csv, in order. */
export const REJECT_CSV_COLUMNS = [
  'run_id',
  'source',
  'file',
  'record',
  'reason',
  'sale_id',
  'product_id',
  'quantity',
  'sale_amount',
  'sale_date',
  'raw',
] as const;

export const RejectList = Type.Object(
  {
    rejects: Type.Array(
      Type.Object(
        {
          source: Type.String(),
          file: Nullable(Type.String()),
          record: Nullable(Type.String()),
          reason: Type.Unsafe<string>({ type: 'string', enum: [...REJECT_REASONS] }),
          saleId: Nullable(Type.String()),
          productId: Nullable(Type.String()),
          quantity: Nullable(Type.String()),
          saleAmount: Nullable(Type.String()),
          saleDate: Nullable(Type.String()),
          raw: Nullable(Type.String()),
        },
        { title: 'Reject' },
      ),
    ),
    total: Count,
  },
  { title: 'RejectList' },
);
export type RejectList = Static<typeof RejectList>;

export const SummaryQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ pattern: '^-?[0-9]{0,19}$', description: 'The beginning of a product id' })),
    sort: Type.Optional(Type.Union([Type.Literal('product'), Type.Literal('quantity'), Type.Literal('amount')])),
    order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  strict,
);

export const Summary = Type.Object(
  {
    products: Type.Array(Type.Object({ productId: Decimal, quantity: Decimal, amount: Decimal })),
    total: Count,
    next: Nullable(Type.Integer()),
  },
  { title: 'Summary' },
);
export type Summary = Static<typeof Summary>;

export const SourceStatus = Type.Union([
  Type.Literal('new'),
  Type.Literal('changed'),
  Type.Literal('unchanged'),
  Type.Literal('gone'),
  Type.Literal('duplicate'),
]);
export type SourceStatus = Static<typeof SourceStatus>;

export const Sources = Type.Object(
  {
    table: Type.Object({ name: Type.String(), lastRows: Nullable(Count) }),
    files: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          bytes: Nullable(Count),
          modifiedAt: Nullable(Time),
          lastRows: Nullable(Count),
          status: SourceStatus,
          sameAs: Nullable(Type.String({ description: 'For a duplicate: the file that holds the same bytes' })),
        },
        { title: 'SourceFile' },
      ),
    ),
    lastRun: Nullable(Type.Object({ id: Type.String(), seq: Count, finishedAt: Nullable(Time) })),
    truncated: Type.Boolean(),
  },
  { title: 'Sources' },
);
export type Sources = Static<typeof Sources>;

export const ScheduleBody = Type.Object(
  {
    cron: Type.String({ minLength: 9, maxLength: 120, description: 'Five fields: minute hour day month weekday' }),
    tz: Type.Optional(Type.String({ minLength: 1, maxLength: 64, default: 'UTC', description: 'IANA name' })),
    params: Type.Optional(RunParams),
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
    params: RunParams,
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

export const Me = Type.Object(
  { username: Type.String(), role: Type.Union([Type.Literal('operator'), Type.Literal('viewer')]) },
  { title: 'Me' },
);
export type Me = Static<typeof Me>;

export const Overview = Type.Object(
  {
    published: Nullable(
      Type.Object({
        id: Type.String(),
        seq: Count,
        at: Time,
        products: Nullable(Count),
        quantity: Nullable(Decimal),
        amount: Nullable(Decimal),
      }),
    ),
    freshness: Type.Object({
      state: Type.Union([Type.Literal('fresh'), Type.Literal('stale'), Type.Literal('unknown')]),
      expectedAt: Nullable(Type.String({ description: 'The latest scheduled time that is over; newer published figures are fresh' })),
    }),
    next: Nullable(Type.Object({ scheduleId: Type.String(), at: Time })),
    unfinished: Type.Array(Type.Object({ id: Type.String(), seq: Count, state: RunState })),
    runs: Type.Array(
      Type.Object(
        {
          id: Type.String(),
          seq: Count,
          state: RunState,
          trigger: TriggerKind,
          createdAt: Time,
          durationMs: Nullable(Count),
          rowsRead: Nullable(Count),
          rowsRejected: Nullable(Count),
          rejectRatio: Nullable(Type.Number()),
          amount: Nullable(Decimal),
        },
        { title: 'RunFigures' },
      ),
    ),
  },
  { title: 'Overview' },
);
export type Overview = Static<typeof Overview>;

export const AlertTest = Type.Object(
  {
    channels: Type.Array(Type.Object({ channel: Type.String(), delivered: Type.Boolean(), error: Nullable(Type.String()) })),
  },
  { title: 'AlertTest' },
);
export type AlertTest = Static<typeof AlertTest>;

export const AuditQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  },
  strict,
);

export const AuditList = Type.Object(
  {
    entries: Type.Array(
      Type.Object({
        id: Count,
        at: Time,
        actor: Type.String(),
        address: Type.String(),
        action: Type.String(),
        detail: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
    next: Nullable(Type.Integer()),
  },
  { title: 'AuditList' },
);
export type AuditList = Static<typeof AuditList>;
