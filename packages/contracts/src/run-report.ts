import Type, { type Static } from 'typebox';
import { RunParams } from './jobs.js';
import { REJECT_REASONS } from './sales.js';

export const RUN_STATES = [
  'queued',
  'extracting',
  'transforming',
  'loading',
  'published',
  'previewed',
  'failed',
  'cancelled',
  'superseded',
] as const;
export type RunState = (typeof RUN_STATES)[number];
export const RunState = Type.Unsafe<RunState>({ type: 'string', enum: [...RUN_STATES] });

/** States in which a run holds the one slot. */
export const ACTIVE_STATES = ['extracting', 'transforming', 'loading'] as const satisfies RunState[];
/** States that never change again, but for `failed`, which a retry takes back to `queued`. */
export const TERMINAL_STATES = ['published', 'previewed', 'failed', 'cancelled', 'superseded'] as const satisfies RunState[];

export function isTerminal(state: RunState): boolean {
  return (TERMINAL_STATES as readonly RunState[]).includes(state);
}

const Count = Type.Integer({ minimum: 0 });
/** A whole or decimal number as text, so that no digit is lost to a float. */
const Decimal = Type.String({ pattern: '^-?\\d+(\\.\\d+)?$' });
const Time = Type.String({ format: 'date-time', description: 'UTC, ISO 8601' });
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

export const RejectCounts = Type.Object(
  Object.fromEntries(REJECT_REASONS.map((reason) => [reason, Type.Optional(Count)])) as Record<
    (typeof REJECT_REASONS)[number],
    Type.TOptional<typeof Count>
  >,
);
export type RejectCounts = Static<typeof RejectCounts>;

/** The books of one table or file: rowsRead = rowsAccepted + rowsRejected + rowsSkipped. */
export const SourceBooks = Type.Object({
  source: Type.Union([Type.Literal('online_sales'), Type.Literal('store_sales')]),
  file: Nullable(Type.String()),
  rowsRead: Count,
  rowsAccepted: Count,
  rowsRejected: Count,
  rowsSkipped: Count,
  rejectsByReason: RejectCounts,
  quantity: Decimal,
  amount: Decimal,
});
export type SourceBooks = Static<typeof SourceBooks>;

export const RunTotals = Type.Object({
  rowsRead: Count,
  rowsAccepted: Count,
  rowsRejected: Count,
  rowsSkipped: Count,
  products: Count,
  quantity: Decimal,
  /** Exact, six decimals. */
  amount: Decimal,
  /** The sum of the products' totals after each was rounded to two decimals. */
  publishedAmount: Decimal,
});
export type RunTotals = Static<typeof RunTotals>;

export const RunChanges = Type.Object({ added: Count, changed: Count, removed: Count, unchanged: Count });
export type RunChanges = Static<typeof RunChanges>;

/** One of the largest differences between a run's summary and what is published. Null: the product is not there. */
export const ProductDifference = Type.Object({
  productId: Decimal,
  before: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
  after: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
});
export type ProductDifference = Static<typeof ProductDifference>;

export const StageReport = Type.Object({
  name: Type.Union([Type.Literal('extract'), Type.Literal('transform'), Type.Literal('load')]),
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  jobs: Count,
});
export type StageReport = Static<typeof StageReport>;

export const TriggerKind = Type.Union([Type.Literal('dashboard'), Type.Literal('api'), Type.Literal('schedule')]);
export type TriggerKind = Static<typeof TriggerKind>;

export const RunError = Type.Object({
  code: Type.String(),
  message: Type.String(),
  remedy: Type.String(),
  stage: Nullable(Type.String()),
});

/** The part of a report that the steps find out; kept as JSON in the ledger. The rest of a report is columns there. */
export const RunFindings = Type.Object({
  sources: Type.Array(SourceBooks),
  totals: Nullable(RunTotals),
  changes: Nullable(RunChanges),
  differences: Type.Array(ProductDifference),
  stages: Type.Array(StageReport),
  alerts: Type.Array(Type.String()),
  error: Nullable(RunError),
});
export type RunFindings = Static<typeof RunFindings>;

/** Everything there is to say about a run. Ids, quantities and amounts are decimal strings, row counts numbers. */
export const RunReport = Type.Object({
  id: Type.String(),
  seq: Count,
  state: RunState,
  epoch: Count,
  trigger: Type.Object({ kind: TriggerKind, by: Type.String(), late: Type.Boolean() }),
  params: RunParams,
  createdAt: Time,
  startedAt: Nullable(Time),
  finishedAt: Nullable(Time),
  ...RunFindings.properties,
  published: Nullable(Type.Object({ seq: Count, at: Time })),
});
export type RunReport = Static<typeof RunReport>;

export const EMPTY_FINDINGS: RunFindings = {
  sources: [],
  totals: null,
  changes: null,
  differences: [],
  stages: [],
  alerts: [],
  error: null,
};
