/** A column of the summary, with the type that DuckDB, MySQL and MariaDB all have under this name. */
export interface SummaryColumn {
  readonly name: string;
  readonly type: string;
}

/** A column of sums. */
export interface SumColumn extends SummaryColumn {
  /** The largest value that the type holds. */
  readonly max: string;
}

/** The summary by product: a table of this name, and a CSV file with the same rows, sorted by its key. */
export const SALES_SUMMARY = {
  name: 'sales_summary',
  file: 'sales_summary.csv',
  key: { name: 'product_id', type: 'BIGINT' },
  quantity: { name: 'total_quantity', type: 'BIGINT', max: '9223372036854775807' },
  /** Rounded once, half away from zero, to the type's decimals. */
  amount: { name: 'total_sale_amount', type: 'DECIMAL(20,2)', decimals: 2, max: '999999999999999999.99' },
} as const satisfies { name: string; file: string; key: SummaryColumn; quantity: SumColumn; amount: SumColumn & { decimals: number } };

/** The summary's columns in the order of the file and of the table. */
export const SUMMARY_COLUMNS: readonly SummaryColumn[] = [SALES_SUMMARY.key, SALES_SUMMARY.quantity, SALES_SUMMARY.amount];
