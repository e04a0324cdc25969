import { type Connection, select } from '@retail-etl/mysql';
import { plainDecimal, type ProductDifference, SALES_SUMMARY, toMillionths } from '@retail-etl/sales';
import type { Comparison } from '../target.js';
import { SAME_PRODUCT, SUMS_DIFFER } from './merge-rows.js';
import { STAGED_TABLE } from './stage-rows.js';

const DIFFERENCES_MAX = 10;

const { name: TARGET, key, quantity, amount } = SALES_SUMMARY;

interface Row {
  id: string | number;
  old_quantity: string | null;
  old_amount: string | null;
  new_quantity: string | null;
  new_amount: string | null;
  /** Of the difference in amount. */
  size: string;
}

/** A statement may name a temporary table only once, so the three kinds of difference are three statements. */
const KINDS = {
  added: `FROM ${STAGED_TABLE} s LEFT JOIN ${TARGET} t ON ${SAME_PRODUCT} WHERE t.${key.name} IS NULL`,
  removed: `FROM ${TARGET} t LEFT JOIN ${STAGED_TABLE} s ON ${SAME_PRODUCT} WHERE s.${key.name} IS NULL`,
  changed: `FROM ${TARGET} t JOIN ${STAGED_TABLE} s ON ${SAME_PRODUCT} WHERE ${SUMS_DIFFER}`,
} as const;

type Kind = keyof typeof KINDS;

/** What publishing the staged rows would change: how many products, and the ten with the largest difference in amount. */
export async function compareRows(connection: Connection, products: number): Promise<Comparison> {
  const counts: Record<Kind, number> = { added: 0, removed: 0, changed: 0 };
  const found: Row[] = [];
  for (const kind of Object.keys(KINDS) as Kind[]) {
    counts[kind] = await countRows(connection, kind);
    if (counts[kind] > 0) found.push(...(await largestDifferences(connection, kind)));
  }
  found.sort((a, b) => (sizeOf(a) < sizeOf(b) ? 1 : sizeOf(a) > sizeOf(b) ? -1 : 0));
  return {
    changes: { ...counts, unchanged: products - counts.added - counts.changed },
    differences: found.slice(0, DIFFERENCES_MAX).map(toDifference),
  };
}

async function countRows(connection: Connection, kind: Kind): Promise<number> {
  const [count] = await select<{ n: number | string }>(
    connection,
    'comparing with the target',
    `SELECT COUNT(*) AS n ${KINDS[kind]}`,
    [],
    'table',
  );
  return Number(count?.n ?? 0);
}

async function largestDifferences(connection: Connection, kind: Kind): Promise<Row[]> {
  const text = (alias: string, column: string): string => `CAST(${alias}.${column} AS CHAR)`;
  const difference = `ABS(COALESCE(s.${amount.name}, 0) - COALESCE(t.${amount.name}, 0))`;
  return select<Row>(
    connection,
    'comparing with the target',
    `SELECT COALESCE(t.${key.name}, s.${key.name}) AS id,
       ${text('t', quantity.name)} AS old_quantity, ${text('t', amount.name)} AS old_amount,
       ${text('s', quantity.name)} AS new_quantity, ${text('s', amount.name)} AS new_amount, CAST(ROUND(${difference}, 6) AS CHAR) AS size
     ${KINDS[kind]} ORDER BY ${difference} DESC, id LIMIT ${DIFFERENCES_MAX}`,
    [],
    'table',
  );
}

const sizeOf = (row: Row): bigint => toMillionths(row.size);

function toDifference(row: Row): ProductDifference {
  return {
    productId: plainDecimal(String(row.id), 0),
    before: sumsOf(row.old_quantity, row.old_amount),
    after: sumsOf(row.new_quantity, row.new_amount),
  };
}

/** Null where there is no such row, or others have left NULL in it. */
function sumsOf(pieces: string | null, money: string | null): ProductDifference['before'] {
  if (pieces === null || money === null) return null;
  return { quantity: plainDecimal(pieces, 0), amount: plainDecimal(money, amount.decimals) };
}
