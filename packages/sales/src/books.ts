import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable } from '@retail-etl/contracts';
import { REJECT_REASONS } from './reject-reasons.js';

export const RejectCounts = Type.Object(
  Object.fromEntries(REJECT_REASONS.map((reason) => [reason, Type.Optional(Count)])) as Record<
    (typeof REJECT_REASONS)[number],
    Type.TOptional<typeof Count>
  >,
);
export type RejectCounts = Static<typeof RejectCounts>;

/** Returns, where a source sums them apart: positive numbers. */
export const Returned = Type.Object({ quantity: Decimal, amount: Decimal });
export type Returned = Static<typeof Returned>;

/** The books of one table or file: rowsRead = rowsAccepted + rowsRejected + rowsSkipped. */
export const SourceBooks = Type.Object({
  /** Its name: `online_sales` and `store_sales`, or as sources.yaml declares it. */
  source: Type.String(),
  file: Nullable(Type.String()),
  rowsRead: Count,
  rowsAccepted: Count,
  rowsRejected: Count,
  rowsSkipped: Count,
  rejectsByReason: RejectCounts,
  /** Times that the file's header came again among its rows, and was passed over; absent if it did not. */
  repeatedHeaders: Type.Optional(Count),
  /** How many rows each rule of `skip` and the window passed over; absent without such rules, or if there are none. */
  skippedByCause: Type.Optional(Type.Record(Type.String(), Count)),
  quantity: Decimal,
  amount: Decimal,
  /** Absent where returns are not summed apart. */
  returned: Type.Optional(Returned),
  /** Lines that match the footer of sources.yaml, and are no records; absent if there are none. */
  footerLines: Type.Optional(Count),
  /** Why the file was left out of the run; absent if it was read. */
  setAside: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
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
  /** Exact, at least six decimals. */
  amount: Decimal,
  /** The sum of the products' totals after each was rounded to two decimals. */
  publishedAmount: Decimal,
  /** Absent where returns are not summed apart. */
  returned: Type.Optional(Returned),
});
export type RunTotals = Static<typeof RunTotals>;

/** One of the largest differences between a run's summary and what is published. Null: the product is not there. */
export const ProductDifference = Type.Object({
  productId: Type.String(),
  before: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
  after: Nullable(Type.Object({ quantity: Decimal, amount: Decimal })),
});
export type ProductDifference = Static<typeof ProductDifference>;
