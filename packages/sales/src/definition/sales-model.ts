/** What all sources have in common. */
export interface SalesModel {
  /** `integer`: BIGINT, so that 0042 is 42. `text`: trimmed, up to 255 characters, compared byte by byte. */
  readonly ids: { readonly sale: IdKind; readonly product: IdKind };
  /** 0 to 3. */
  readonly quantityDecimals: number;
  /** Decimals in which amounts are added up, so that nothing is rounded before a product's total: 6, or as many as a source needs. */
  readonly amountDecimals: number;
  /** Text columns besides the product that summaries are grouped by, such as `store`. */
  readonly dimensions: readonly string[];
  /** Whether summaries are grouped by day. */
  readonly hasDays: boolean;
  /** Whether quantities and amounts below zero count, in at least one source. */
  readonly hasNegative: boolean;
  /** Whether returns are summed apart, by at least one source. */
  readonly hasReturned: boolean;
}

export type IdKind = 'integer' | 'text';
