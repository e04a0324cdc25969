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

const { name: TABLE, keys, quantity, amount } = SALES_SUMMARY;
const KEY = keys[0]!.name;

const SORT_COLUMNS = { product: KEY, quantity: quantity.name, amount: amount.name } as const;

/** A page of the published table, and how many products match. A sum that is NULL, as others may have left it, counts as 0. */
export async function readSummary(database: Database, page: SummaryPage): Promise<{ products: ProductTotal[]; total: number }> {
  const where = page.prefix === '' ? '' : `WHERE CAST(${KEY} AS CHAR) LIKE ? ESCAPE '|'`;
  const values = page.prefix === '' ? [] : [`${page.prefix.replaceAll(/[|%_]/g, '|$&')}%`];
  const order = page.order === 'asc' ? 'ASC' : 'DESC';
  const tie = page.sort === 'product' ? '' : `, ${KEY}`;
  const [counted] = await select<{ count: number | string }>(
    database,
    'counting products',
    `SELECT COUNT(*) AS count FROM ${TABLE} ${where}`,
    values,
  );
  const rows = await select<Record<keyof ProductTotal, string | null>>(
    database,
    'reading the summary',
    `SELECT CAST(${KEY} AS CHAR) AS productId, CAST(${quantity.name} AS CHAR) AS quantity, CAST(${amount.name} AS CHAR) AS amount
     FROM ${TABLE} ${where} ORDER BY ${SORT_COLUMNS[page.sort]} ${order}${tie} LIMIT ? OFFSET ?`,
    [...values, page.limit, page.offset],
  );
  // A text keeps its zeros; a number may be padded with some.
  const isText = await hasTextKey(database);
  const products = rows.map((row) => ({
    productId: isText ? (row.productId ?? '') : plainDecimal(row.productId ?? '', 0),
    quantity: plainDecimal(row.quantity ?? '0', 0),
    amount: plainDecimal(row.amount ?? '0', amount.decimals),
  }));
  return { products, total: Number(counted?.count ?? 0) };
}

async function hasTextKey(database: Database): Promise<boolean> {
  const rows = await select(
    database,
    'reading the summary',
    `SELECT 1 FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND COLUMN_NAME = ? AND COLLATION_NAME IS NOT NULL`,
    [TABLE, KEY],
  );
  return rows.length > 0;
}
