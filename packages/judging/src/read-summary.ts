import { type DuckDbConnection, readRows, quoteText } from '@retail-etl/duckdb';

export interface SummaryFilePage {
  /** The beginning of a product id; empty for all. Digits and a sign only, so that it holds no wildcard. */
  readonly prefix: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

const SORT_COLUMNS = { product: 'product_id', quantity: 'total_quantity', amount: 'total_sale_amount' } as const;

/** A page of a summary CSV as `[product, quantity, amount]`, exact texts, and how many products match. */
export async function readSummaryPage(
  connection: DuckDbConnection,
  path: string,
  page: SummaryFilePage,
): Promise<{ products: string[][]; total: number }> {
  // The types hold whatever the target's columns hold. They are given, because a guess may turn a large number into a float.
  const from = `FROM read_csv(${quoteText(path)}, header = true, delim = ',', quote = '"', auto_detect = false, columns =
      {'product_id': 'BIGINT', 'total_quantity': 'DECIMAL(38,0)', 'total_sale_amount': 'DECIMAL(38,2)'})
    ${page.prefix === '' ? '' : `WHERE starts_with(product_id::VARCHAR, ${quoteText(page.prefix)})`}`;
  const tie = page.sort === 'product' ? '' : ', product_id';
  const [counted] = await readRows(connection, 'counting products', `SELECT count(*)::VARCHAR ${from}`);
  const products = await readRows(
    connection,
    'reading a summary',
    `SELECT product_id::VARCHAR, total_quantity::VARCHAR, total_sale_amount::VARCHAR ${from}
     ORDER BY ${SORT_COLUMNS[page.sort]} ${page.order}${tie} LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
  return { products: products.map((row) => row.map((cell) => cell ?? '')), total: Number(counted?.[0] ?? 0) };
}
