import { plainDecimal, SALES_SUMMARY } from '@retail-etl/sales';
import { type Database, select } from './database.js';

export interface SummaryPage {
  /** The beginning of a product id; empty for all. */
  readonly prefix: string;
  readonly sort: 'product' | 'quantity' | 'amount';
  readonly order: 'asc' | 'desc';
  readonly offset: number;
  readonly limit: number;
}

export interface ProductTotal {
  readonly productId: string;
  readonly quantity: string;
  readonly amount: string;
}

const { name: TABLE, key, quantity, amount } = SALES_SUMMARY;

const SORT_COLUMNS = { product: key.name, quantity: quantity.name, amount: amount.name } as const;

/** A page of the published table, and how many products match. A sum that is NULL, as others may have left it, counts as 0. */
export async function readSummary(database: Database, page: SummaryPage): Promise<{ products: ProductTotal[]; total: number }> {
  const where = page.prefix === '' ? '' : `WHERE CAST(${key.name} AS CHAR) LIKE ?`;
  const values = page.prefix === '' ? [] : [`${page.prefix}%`];
  const order = page.order === 'asc' ? 'ASC' : 'DESC';
  const tie = page.sort === 'product' ? '' : `, ${key.name}`;
  const [counted] = await select<{ count: number | string }>(
    database,
    'counting products',
    `SELECT COUNT(*) AS count FROM ${TABLE} ${where}`,
    values,
  );
  const rows = await select<Record<keyof ProductTotal, string | null>>(
    database,
    'reading the summary',
    `SELECT CAST(${key.name} AS CHAR) AS productId, CAST(${quantity.name} AS CHAR) AS quantity, CAST(${amount.name} AS CHAR) AS amount
     FROM ${TABLE} ${where} ORDER BY ${SORT_COLUMNS[page.sort]} ${order}${tie} LIMIT ? OFFSET ?`,
    [...values, page.limit, page.offset],
  );
  const products = rows.map((row) => ({
    productId: plainDecimal(row.productId ?? '', 0),
    quantity: plainDecimal(row.quantity ?? '0', 0),
    amount: plainDecimal(row.amount ?? '0', amount.decimals),
  }));
  return { products, total: Number(counted?.count ?? 0) };
}
