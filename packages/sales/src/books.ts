import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable } from '@retail-etl/contracts';
import { REJECT_REASONS } from './reject-reasons.js';
import { SOURCE_NAMES, type SourceName } from './sources.js';

export const RejectCounts = Type.Object(
  Object.fromEntries(REJECT_REASONS.map((reason) => [reason, Type.Optional(Count)])) as Record<
    (typeof REJECT_REASONS)[number],
    Type.TOptional<typeof Count>
  >,
);
export type RejectCounts = Static<typeof RejectCounts>;

/** The books of one table or file: rowsRead = rowsAccepted + rowsRejected + rowsSkipped. */
export const SourceBooks = Type.Object({
  source: Type.Unsafe<SourceName>({ type: 'string', enum: [...SOURCE_NAMES] }),
  file: Nullable(Type.String()),
  rowsRead: Count,
  rowsAccepted: Count,
  rowsRejected: Count,
  rowsSkipped: Count,
  rejectsByReason: RejectCounts,
  /** Times that the file's header came again among its rows, and was passed over; absent if it did not. */
  repeatedHeaders: Type.Optional(Count),
  quantity: Decimal,
  amount: Decimal,
  /** Absent if each record of the file is one line, and for a table. */
  longestRecordLines: Type.Optional(Count),
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

/** One of the largest differences between a run's summary and what is published. Null: the product is not there. */
export const ProductDifference = Type.Object({
  productId: Decimal,
  before: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
  after: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
});
export type ProductDifference = Static<typeof ProductDifference>;
