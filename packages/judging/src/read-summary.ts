import { type DuckDbConnection, readRows, quoteText } from '@retail-etl/duckdb';
import { columnsOf, type SummaryShape } from '@retail-etl/sales';

export interface SummaryFilePage {
  /** The beginning of a product id; empty for all. */
  readonly prefix: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

const DUCKDB_TYPES = { text: 'VARCHAR', date: 'DATE' } as const;

/** `FROM` the rows of a summary's CSV. */
export function fromSummaryCsv(path: string, shape: SummaryShape): string {
  // Types are given, because a guess may turn a large number into a float.
  const types = columnsOf(shape).map(({ name, kind, type }) => {
    const duckDbType = kind === 'text' || kind === 'date' ? DUCKDB_TYPES[kind] : type;
    return `${quoteText(name)}: ${quoteText(duckDbType)}`;
  });
  return `FROM read_csv(${quoteText(path)}, header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {${types.join(', ')}})`;
}

/** A page of the CSV of the summary by product as `[product, quantity, amount]`, exact texts, and how many products match. */
export async function readSummaryPage(
  connection: DuckDbConnection,
  path: string,
  shape: SummaryShape,
  page: SummaryFilePage,
): Promise<{ products: string[][]; total: number }> {
  const [key] = shape.keys;
  const columns = { product: key!.name, quantity: shape.quantity.name, amount: shape.amount.name };
  const from = `${fromSummaryCsv(path, shape)}
    ${page.prefix === '' ? '' : `WHERE starts_with(${columns.product}::VARCHAR, ${quoteText(page.prefix)})`}`;
  const tie = page.sort === 'product' ? '' : `, ${columns.product}`;
  const [counted] = await readRows(connection, 'counting products', `SELECT count(*) ${from}`);
  const products = await readRows(
    connection,
    'reading a summary',
    `SELECT ${Object.values(columns).join(', ')} ${from}
     ORDER BY ${columns[page.sort]} ${page.order}${tie} LIMIT ${page.limit} OFFSET ${page.offset}`,
  );
  return { products: products.map((row) => row.map((cell) => cell ?? '')), total: Number(counted?.[0]) };
}
