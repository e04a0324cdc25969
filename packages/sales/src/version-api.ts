import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable, RunChanges, RunState, strict, Time } from '@retail-etl/contracts';
import { Hold, MadeBy } from './run-report.js';

/** What a run has made of the sources and may still be published. */
const Version = Type.Object(
  {
    id: Type.String({ description: 'The run' }),
    seq: Count,
    state: RunState,
    finishedAt: Nullable(Time),
    publishedAt: Nullable(Time),
    isPublished: Type.Boolean({ description: 'True for what the table shows now' }),
    madeBy: Nullable(MadeBy),
    from: Nullable(Type.String({ description: 'Sales from this day on, if not of all days' })),
    to: Nullable(Type.String({ description: 'Sales up to this day, if not of all days' })),
    held: Type.Boolean({ description: 'True if it was not published because publications were held' }),
    files: Count,
    products: Count,
    quantity: Decimal,
    amount: Decimal,
    changes: Nullable(RunChanges),
    bytes: Nullable(Type.Integer({ minimum: 0, description: 'Of its CSV files; null if they are gone' })),
    keptUntil: Nullable(Time),
    refusal: Nullable(Type.String({ description: 'Why it cannot be published again; null if it can' })),
  },
  { title: 'Version' },
);
export type Version = Static<typeof Version>;

export const VersionListQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 30 })),
    before: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only runs with a lower seq' })),
  },
  strict,
);

export const VersionList = Type.Object(
  {
    versions: Type.Array(Version),
    published: Nullable(Version),
    next: Nullable(Type.Integer({ description: 'Pass it as `before` for the next page' })),
    retentionDays: Count,
  },
  { title: 'VersionList' },
);
export type VersionList = Static<typeof VersionList>;

export const HoldBody = Type.Object({ held: Type.Boolean() }, strict);

/** Null: publications are not held. */
export const HoldState = Type.Object({ hold: Nullable(Hold) }, { title: 'HoldState' });
export type HoldState = Static<typeof HoldState>;

export const ComparisonQuery = Type.Object(
  {
    by: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9_]{0,63}$',
        default: 'product_id',
        description: 'A key column of a summary, such as `product_id`, `store` or `sale_date`, or `file`',
      }),
    ),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  strict,
);

const Sums = Type.Object({ quantity: Decimal, amount: Decimal });
export type Sums = Static<typeof Sums>;

const ComparisonRow = Type.Object(
  {
    source: Nullable(Type.String({ description: 'Of a file or table; else null' })),
    key: Nullable(Type.String({ description: 'The value compared by; null for a table' })),
    before: Nullable(Sums),
    after: Nullable(Sums),
    difference: Sums,
  },
  { title: 'ComparisonRow' },
);
export type ComparisonRow = Static<typeof ComparisonRow>;

/** How one run's sums differ from another's: what was added or removed has no sums before or after. The largest differences in amount come first. */
export const RunComparison = Type.Object(
  {
    before: Type.Object({ id: Type.String(), seq: Count }),
    after: Type.Object({ id: Type.String(), seq: Count }),
    by: Type.String(),
    possible: Type.Array(Type.String(), { description: 'What these two can be compared by' }),
    counts: RunChanges,
    totals: Type.Object({ before: Sums, after: Sums, difference: Sums }),
    rows: Type.Array(ComparisonRow, { description: 'Without those that are unchanged' }),
    next: Nullable(Type.Integer({ description: 'Pass it as `offset` for the next page' })),
  },
  { title: 'RunComparison' },
);
export type RunComparison = Static<typeof RunComparison>;
