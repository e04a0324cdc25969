/** The five columns read from both sources; everything else in a table or file is ignored. */
export const SALES_COLUMNS = ['sale_id', 'product_id', 'quantity', 'sale_amount', 'sale_date'] as const;

/** Those whose values are numbers, in every sale and every source. */
export const NUMBER_COLUMNS = ['quantity', 'sale_amount'] as const satisfies readonly (typeof SALES_COLUMNS)[number][];
