/** Why a row was rejected. The first that applies, in this order, is the row's reason. */
export const REJECT_REASONS = [
  'malformed_row',
  'missing_value',
  'invalid_sale_id',
  'invalid_product_id',
  'invalid_quantity',
  'invalid_amount',
  'invalid_date',
  'invalid_dimension',
  'non_positive_quantity',
  'non_positive_amount',
  'mixed_signs',
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];
