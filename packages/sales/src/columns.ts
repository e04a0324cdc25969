/** The five columns of a sale; everything else in a table or file is ignored unless it is declared. */
export const SALES_COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'] as const;
