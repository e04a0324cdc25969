import { type Connection, select } from '@retail-etl/mysql';
import { type ProductDifference, SALES_SUMMARY, toMillionths } from '@retail-etl/sales';
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
  found.sort((a, b) => (size(a) < size(b) ? 1 : size(a) > size(b) ? -1 : 0));
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
  return select<Row>(
    connection,
    'comparing with the target',
    `SELECT COALESCE(t.${key.name}, s.${key.name}) AS id,
       ${text('t', quantity.name)} AS old_quantity, ${text('t', amount.name)} AS old_amount,
       ${text('s', quantity.name)} AS new_quantity, ${text('s', amount.name)} AS new_amount
     ${KINDS[kind]} ORDER BY ABS(COALESCE(s.${amount.name}, 0) - COALESCE(t.${amount.name}, 0)) DESC, id LIMIT ${DIFFERENCES_MAX}`,
    [],
    'table',
  );
}

function size(row: Row): bigint {
  const difference = toMillionths(row.new_amount ?? '0') - toMillionths(row.old_amount ?? '0');
  return difference < 0n ? -difference : difference;
}

function toDifference(row: Row): ProductDifference {
  return {
    productId: String(row.id),
    before: row.old_quantity === null || row.old_amount === null ? null : { quantity: row.old_quantity, amount: row.old_amount },
    after: row.new_quantity === null || row.new_amount === null ? null : { quantity: row.new_quantity, amount: row.new_amount },
  };
}
