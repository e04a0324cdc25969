import { TARGET_COLUMNS } from '@retail-etl/contracts';
import type { Connection } from './engine.js';
import { rows, run } from './run-sql.js';
import { quote } from './sql-text.js';

export interface MergedSummary {
  /** Which product's total the target cannot hold; null if it holds all of them. */
  readonly overflow: string | null;
  readonly products: number;
  readonly quantity: string;
  /** Exact, six decimals. */
  readonly amount: string;
  /** The sum of the rounded totals. */
  readonly publishedAmount: string;
}

/** The largest values that the target's columns hold: BIGINT, and DECIMAL(20,2). */
const QUANTITY_MAX = '9223372036854775807';
const AMOUNT_MAX = '999999999999999999.99';

/** Sums partials per product into the temporary table `merged` of `connection`, which is to be closed afterwards, and adds it up. */
export async function mergePartials(connection: Connection, partialPaths: readonly string[]): Promise<MergedSummary> {
  const partials =
    partialPaths.length === 0
      ? '(SELECT 0::BIGINT AS product_id, 0::DECIMAL(38, 0) AS quantity, 0::DECIMAL(38, 6) AS amount WHERE FALSE)'
      : `read_parquet([${partialPaths.map(quote).join(', ')}])`;
  await run(
    connection,
    'merging sums',
    `CREATE OR REPLACE TEMP TABLE merged AS
     SELECT product_id, CAST(sum(quantity) AS DECIMAL(38, 0)) AS quantity, CAST(sum(amount) AS DECIMAL(38, 6)) AS amount
     FROM ${partials} GROUP BY product_id`,
  );
  const [overflow] = await rows(
    connection,
    'checking totals',
    `SELECT product_id::VARCHAR, quantity::VARCHAR, amount::VARCHAR FROM merged
     WHERE quantity > ${QUANTITY_MAX} OR round(amount, 2) > ${AMOUNT_MAX} ORDER BY product_id LIMIT 1`,
  );
  const [totals] = await rows(
    connection,
    'adding up the summary',
    `SELECT count(*)::VARCHAR, coalesce(sum(quantity), 0)::DECIMAL(38, 0)::VARCHAR, coalesce(sum(amount), 0)::DECIMAL(38, 6)::VARCHAR,
       coalesce(sum(round(amount, 2)), 0)::DECIMAL(38, 2)::VARCHAR FROM merged`,
  );
  const [products, totalQuantity, totalAmount, publishedAmount] = totals ?? [];
  return {
    overflow:
      overflow === undefined
        ? null
        : `product ${overflow[0]}: quantity ${overflow[1]}, amount ${overflow[2]} do not fit BIGINT and DECIMAL(20,2)`,
    products: Number(products),
    quantity: totalQuantity ?? '0',
    amount: totalAmount ?? '0.000000',
    publishedAmount: publishedAmount ?? '0.00',
  };
}

/**
 * Writes what `mergePartials` has merged as CSV sorted by product, which is the very file that is published. Each product's amount is
 * rounded half-up to two decimals, here and only once.
 */
export async function writeSummary(connection: Connection, summaryPath: string): Promise<void> {
  const [productId, quantity, amount] = TARGET_COLUMNS;
  // Positive amounts only, so rounding half away from zero is rounding half up.
  await run(
    connection,
    'writing the summary',
    `COPY (SELECT product_id AS ${productId}, CAST(quantity AS BIGINT) AS ${quantity}, CAST(round(amount, 2) AS DECIMAL(20, 2)) AS ${amount}
           FROM merged ORDER BY product_id)
     TO ${quote(summaryPath)} (FORMAT csv, HEADER, DELIMITER ',')`,
  );
}
