import { type Connection, select, sqlName } from '@retail-etl/mysql';
import { decimalUnits, plainDecimal, type ProductDifference, type SummaryShape } from '@retail-etl/sales';
import type { Comparison } from '../target.js';
import { sameKeys, sumsDiffer } from './merge-rows.js';
import { stagedTable } from './stage-rows.js';

const DIFFERENCES_MAX = 10;

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
const KINDS = ['added', 'removed', 'changed'] as const;
type Kind = (typeof KINDS)[number];

function rowsOf(kind: Kind, shape: SummaryShape): string {
  const [target, staged, key] = [sqlName(shape.name), stagedTable(shape), sqlName(shape.keys[0]!.name)];
  const same = sameKeys(shape);
  if (kind === 'added') return `FROM ${staged} s LEFT JOIN ${target} t ON ${same} WHERE t.${key} IS NULL`;
  if (kind === 'removed') return `FROM ${target} t LEFT JOIN ${staged} s ON ${same} WHERE s.${key} IS NULL`;
  return `FROM ${target} t JOIN ${staged} s ON ${same} WHERE ${sumsDiffer(shape)}`;
}

/** What publishing the staged rows would change: how many products, and the ten with the largest difference in amount. */
export async function compareRows(connection: Connection, shape: SummaryShape, products: number): Promise<Comparison> {
  const counts: Record<Kind, number> = { added: 0, removed: 0, changed: 0 };
  const found: Row[] = [];
  for (const kind of KINDS) {
    const rows = rowsOf(kind, shape);
    counts[kind] = await countRows(connection, rows);
    if (counts[kind] > 0) found.push(...(await largestDifferences(connection, shape, rows)));
  }
  found.sort((a, b) => (sizeOf(a) < sizeOf(b) ? 1 : sizeOf(a) > sizeOf(b) ? -1 : 0));
  return {
    changes: { ...counts, unchanged: products - counts.added - counts.changed },
    differences: found.slice(0, DIFFERENCES_MAX).map((row) => toDifference(row, shape)),
  };
}

async function countRows(connection: Connection, rows: string): Promise<number> {
  const [count] = await select<{ n: number | string }>(
    connection,
    'comparing with the target',
    `SELECT COUNT(*) AS n ${rows}`,
    [],
    'table',
  );
  return Number(count?.n ?? 0);
}

async function largestDifferences(connection: Connection, { keys, quantity, amount }: SummaryShape, rows: string): Promise<Row[]> {
  const key = sqlName(keys[0]!.name);
  const text = (alias: string, column: string): string => `CAST(${alias}.${column} AS CHAR)`;
  const difference = `ABS(COALESCE(s.${amount.name}, 0) - COALESCE(t.${amount.name}, 0))`;
  return select<Row>(
    connection,
    'comparing with the target',
    `SELECT COALESCE(t.${key}, s.${key}) AS id,
       ${text('t', quantity.name)} AS old_quantity, ${text('t', amount.name)} AS old_amount,
       ${text('s', quantity.name)} AS new_quantity, ${text('s', amount.name)} AS new_amount, CAST(ROUND(${difference}, 6) AS CHAR) AS size
     ${rows} ORDER BY ${difference} DESC, id LIMIT ${DIFFERENCES_MAX}`,
    [],
    'table',
  );
}

const sizeOf = (row: Row): bigint => decimalUnits(row.size);

function toDifference(row: Row, { keys, amount }: SummaryShape): ProductDifference {
  const id = String(row.id);
  return {
    // A text keeps its zeros.
    productId: keys[0]!.kind === 'text' ? id : plainDecimal(id, 0),
    before: sumsFrom(row.old_quantity, row.old_amount, amount.decimals),
    after: sumsFrom(row.new_quantity, row.new_amount, amount.decimals),
  };
}

/** Null where there is no such row, or others have left NULL in it. */
function sumsFrom(pieces: string | null, money: string | null, decimals: number): ProductDifference['before'] {
  if (pieces === null || money === null) return null;
  return { quantity: plainDecimal(pieces, 0), amount: plainDecimal(money, decimals) };
}
