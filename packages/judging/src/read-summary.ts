import { type DuckDbConnection, readRows, quoteText } from '@retail-etl/duckdb';
import { SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';

export interface SummaryFilePage {
  /** The beginning of a product id; empty for all. Digits and a sign only, so that it holds no wildcard. */
  readonly prefix: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

const { key, quantity, amount } = SALES_SUMMARY;

const SORT_COLUMNS = { product: key.name, quantity: quantity.name, amount: amount.name } as const;

/** A page of a summary CSV as `[product, quantity, amount]`, exact texts, and how many products match. */
export async function readSummaryPage(
  connection: DuckDbConnection,
  path: string,
  page: SummaryFilePage,
): Promise<{ products: string[][]; total: number }> {
  // Types are given, because a guess may turn a large number into a float.
  const types = SUMMARY_COLUMNS.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(', ');
  const from = `FROM read_csv(${quoteText(path)}, header = true, delim = ',', auto_detect = false, columns = {${types}})
    ${page.prefix === '' ? '' : `WHERE starts_with(${key.name}::VARCHAR, ${quoteText(page.prefix)})`}`;
  const tie = page.sort === 'product' ? '' : `, ${key.name}`;
  const [counted] = await readRows(connection, 'counting products', `SELECT count(*) ${from}`);
  const products = await readRows(
    connection,
    'reading a summary',
    `SELECT ${SUMMARY_COLUMNS.map(({ name }) => name).join(', ')} ${from}
     ORDER BY ${SORT_COLUMNS[page.sort]} ${page.order}${tie} LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
  return { products: products.map((row) => row.map((cell) => cell ?? '')), total: Number(counted?.[0]) };
}
