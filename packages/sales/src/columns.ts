/** The five columns read from both sources; everything else in a table or file is ignored. */
export const SALES_COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'] as const;
