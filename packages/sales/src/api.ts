import Type, { type Static } from 'typebox';
import { Count, Decimal, Nullable, strict } from '@retail-etl/contracts';
import { REJECT_REASONS } from './reject-reasons.js';
import { RunReport } from './run-report.js';

export const RunReportResponse = Type.Unsafe<RunReport>({ ...RunReport, title: 'RunReport' });

export const RunList = Type.Object(
  { runs: Type.Array(RunReportResponse), next: Nullable(Type.Integer({ description: 'Pass it as `before` for the next page' })) },
  { title: 'RunList' },
);
export type RunList = Static<typeof RunList>;

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
  'lines',
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
          lines: Nullable(Type.Integer({ minimum: 1, description: 'Lines of the file that the record spans' })),
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
    q: Type.Optional(Type.String({ maxLength: 255, description: 'The beginning of a product id' })),
    sort: Type.Optional(Type.Union([Type.Literal('product'), Type.Literal('quantity'), Type.Literal('amount')])),
    order: Type.Optional(Type.Union([Type.Literal('asc'), Type.Literal('desc')])),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000_000, default: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 50 })),
  },
  strict,
);

export const Summary = Type.Object(
  {
    products: Type.Array(Type.Object({ productId: Type.String(), quantity: Decimal, amount: Decimal })),
    total: Count,
    next: Nullable(Type.Integer()),
  },
  { title: 'Summary' },
);
export type Summary = Static<typeof Summary>;
