import { type ProductDifference, SALES_SUMMARY, toMillionths } from '@retail-etl/sales';
import type { RunChanges } from '@retail-etl/contracts';
import { type Connection, select } from '@retail-etl/mysql';
import { STAGED_TABLE } from './stage-summary.js';

const DIFFERENCES_MAX = 10;

interface Row {
  id: string | number;
  old_quantity: string | null;
  old_amount: string | null;
  new_quantity: string | null;
  new_amount: string | null;
}

/** A temporary table may stand only once in a statement, so the three kinds of difference are three statements. */
const KINDS = {
  added: `FROM ${STAGED_TABLE} s LEFT JOIN ${SALES_SUMMARY.name} t ON t.product_id = s.product_id WHERE t.product_id IS NULL`,
  removed: `FROM ${SALES_SUMMARY.name} t LEFT JOIN ${STAGED_TABLE} s ON s.product_id = t.product_id WHERE s.product_id IS NULL`,
  changed: `FROM ${SALES_SUMMARY.name} t JOIN ${STAGED_TABLE} s ON s.product_id = t.product_id
            WHERE t.total_quantity <> s.total_quantity OR t.total_sale_amount <> s.total_sale_amount`,
} as const;

/** What publishing the staged summary would change: how many products, and the ten with the largest difference in amount. */
export async function compareWithTarget(
  connection: Connection,
  products: number,
): Promise<{ changes: RunChanges; differences: ProductDifference[] }> {
  const counts: Record<keyof typeof KINDS, number> = { added: 0, removed: 0, changed: 0 };
  const found: Row[] = [];
  for (const [kind, rest] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
    const [count] = await select<{ n: number | string }>(
      connection,
      'comparing with the target',
      `SELECT COUNT(*) AS n ${rest}`,
      [],
      'table',
    );
    counts[kind] = Number(count?.n ?? 0);
    if (counts[kind] === 0) continue;
    found.push(
      ...(await select<Row>(
        connection,
        'comparing with the target',
        `SELECT COALESCE(t.product_id, s.product_id) AS id,
           CAST(t.total_quantity AS CHAR) AS old_quantity, CAST(t.total_sale_amount AS CHAR) AS old_amount,
           CAST(s.total_quantity AS CHAR) AS new_quantity, CAST(s.total_sale_amount AS CHAR) AS new_amount
         ${rest} ORDER BY ABS(COALESCE(s.total_sale_amount, 0) - COALESCE(t.total_sale_amount, 0)) DESC, id LIMIT ${DIFFERENCES_MAX}`,
        [],
        'table',
      )),
    );
  }
  const size = (row: Row): bigint => {
    const difference = toMillionths(row.new_amount ?? '0') - toMillionths(row.old_amount ?? '0');
    return difference < 0n ? -difference : difference;
  };
  found.sort((a, b) => (size(a) < size(b) ? 1 : size(a) > size(b) ? -1 : 0));
  return {
    changes: { ...counts, unchanged: products - counts.added - counts.changed },
    differences: found.slice(0, DIFFERENCES_MAX).map((row) => ({
      productId: String(row.id),
      before: row.old_quantity === null || row.old_amount === null ? null : { quantity: row.old_quantity, amount: row.old_amount },
      after: row.new_quantity === null || row.new_amount === null ? null : { quantity: row.new_quantity, amount: row.new_amount },
    })),
  };
}
