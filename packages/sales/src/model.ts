/** The five columns read from both sources; everything else in a table or file is ignored. */
export const SALES_COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'] as const;

export type SalesColumn = (typeof SALES_COLUMNS)[number];

/** Why a row was rejected. The first that applies, in this order, is the row's reason. */
export const REJECT_REASONS = [
  'malformed_row',
  'missing_value',
  'invalid_sale_id',
  'invalid_product_id',
  'invalid_quantity',
  'invalid_amount',
  'invalid_date',
  'non_positive_quantity',
  'non_positive_amount',
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];

export const SOURCES = { online: 'online_sales', store: 'store_sales' } as const;

export type SourceName = (typeof SOURCES)[keyof typeof SOURCES];

/** The source table, and the target table and file. */
export const SOURCE_TABLE = 'online_sales';
export const TARGET_TABLE = 'sales_summary';
export const TARGET_FILE = 'sales_summary.csv';
export const TARGET_COLUMNS = ['product_id', 'total_quantity', 'total_sale_amount'] as const;
