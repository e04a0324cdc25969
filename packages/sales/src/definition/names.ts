/** Names of sources, summaries and further columns: safe in file names, and as SQL names without quotes. */
export const NAME_PATTERN = /^[a-z][a-z0-9_]{0,47}$/;

/** Columns that a summary may be grouped by besides those that the declaration adds. */
export const FIXED_DIMENSIONS = ['product_id', 'sale_date'] as const;

/** Names of columns that a summary has anyway. */
const TAKEN = new Set([
  'sale_id',
  'quantity',
  'sale_amount',
  'total_quantity',
  'total_sale_amount',
  'returned_quantity',
  'returned_amount',
]);

/** True for the name of a text column besides the product, such as `store`. */
export function isDimensionName(name: string): boolean {
  return NAME_PATTERN.test(name) && !TAKEN.has(name) && !FIXED_DIMENSIONS.some((fixed) => fixed === name);
}
