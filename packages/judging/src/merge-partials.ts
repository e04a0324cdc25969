import { moveToEndOf, removeFiles } from '@retail-etl/store';
import { fromMillionths, SALES_SUMMARY, toMillionths } from '@retail-etl/sales';
import { ACCEPTED } from './cleaning-rules.js';
import { type DuckDbConnection, readRows, runSql, quoteText, trimMemory } from '@retail-etl/duckdb';

/** The sums per product of one chunk, as `judgeChunk` writes them. */
export interface PartialFile {
  readonly path: string;
  /** How many. */
  readonly sums: number;
}

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

/**
 * Merged at once: the process then has some 310 MiB resident, 330 with two million. Of more, one range of products after the other; each
 * reads all partials, for which products lie scattered, so twenty million sums took a quarter longer in ten ranges than all at once.
 */
const SUMS_AT_ONCE = 1_500_000;
/** Of a range's products, one in so many is looked at to find where the ranges begin: some 100,000. */
const SAMPLED_ONE_IN = 16;

/**
 * Sums partials per product and writes them as CSV sorted by product, which is the very file that is published; each product's amount
 * is rounded half-up to two decimals, here and only once. With an overflow the file is not complete. Uses a temporary table of
 * `connection`, which is to be closed afterwards. `signal` is looked at before each range; a statement is interrupted by the caller.
 */
export async function mergePartials(
  connection: DuckDbConnection,
  partials: readonly PartialFile[],
  csvPath: string,
  signal: AbortSignal,
): Promise<MergedSummary> {
  const source =
    partials.length === 0
      ? '(SELECT NULL AS product_id, NULL AS quantity, NULL AS amount LIMIT 0)'
      : `(SELECT product_id, quantity, amount FROM read_parquet([${partials.map(({ path }) => quoteText(path)).join(', ')}]) WHERE outcome = ${ACCEPTED})`;
  const sums = partials.reduce((total, partial) => total + partial.sums, 0);
  const ranges = await splitProducts(connection, source, Math.ceil(sums / SUMS_AT_ONCE));
  const summaries: MergedSummary[] = [];
  // What the chunks have left comes on top of the first range, what this one leaves on top of the next one or of the next run's chunks.
  const isSplit = ranges.length > 1;
  if (isSplit) await trimMemory(connection);
  for (const [index, range] of ranges.entries()) {
    signal.throwIfAborted();
    await sumRange(connection, source, range);
    summaries.push(await addUpRange(connection));
    if (summaries.every(({ overflow }) => overflow === null)) await writeRange(connection, csvPath, index === 0);
    if (isSplit) {
      await runSql(connection, 'dropping a range', 'DROP TABLE merged');
      await trimMemory(connection);
    }
  }
  return addUpRanges(summaries);
}

/** Conditions on `product_id` that split the products into so many ranges of about equal size, in ascending order. */
async function splitProducts(connection: DuckDbConnection, source: string, count: number): Promise<string[]> {
  if (count <= 1) return ['TRUE'];
  const fractions = Array.from({ length: count - 1 }, (_, index) => (index + 1) / count);
  const [found] = await readRows(
    connection,
    'splitting products into ranges',
    `SELECT array_to_string(quantile_disc(product_id, [${fractions.join(', ')}]), ',')
     FROM (SELECT DISTINCT product_id FROM ${source} WHERE hash(product_id) % ${count * SAMPLED_ONE_IN} = 0)`,
  );
  // Few products may share a bound, or give none.
  const bounds = [...new Set(found?.[0]?.split(',') ?? [])];
  return Array.from({ length: bounds.length + 1 }, (_, index) => {
    const [from, to] = [bounds[index - 1], bounds[index]];
    return `TRUE${from === undefined ? '' : ` AND product_id >= ${from}`}${to === undefined ? '' : ` AND product_id < ${to}`}`;
  });
}

/** The temporary table `merged`: the sums of the products in a range. */
async function sumRange(connection: DuckDbConnection, source: string, range: string): Promise<void> {
  await runSql(
    connection,
    'merging sums',
    `CREATE OR REPLACE TEMP TABLE merged AS
     SELECT product_id, sum(quantity) AS quantity, sum(amount) AS amount
     FROM ${source} WHERE ${range} GROUP BY product_id`,
  );
}

async function addUpRange(connection: DuckDbConnection): Promise<MergedSummary> {
  const { decimals, max: amountMax } = SALES_SUMMARY.amount;
  const [totals] = await readRows(
    connection,
    'adding up the summary',
    `SELECT count(*), sum(quantity), sum(amount), sum(round(amount, ${decimals})),
       min(product_id) FILTER (WHERE quantity > ${SALES_SUMMARY.quantity.max} OR round(amount, ${decimals}) > ${amountMax})
     FROM merged`,
  );
  const [products, quantity, amount, publishedAmount, overflowing = null] = totals ?? [];
  return {
    overflow: overflowing === null ? null : await describeOverflow(connection, overflowing),
    products: Number(products),
    quantity: quantity ?? '0',
    amount: amount ?? '0.000000',
    publishedAmount: publishedAmount ?? '0.00',
  };
}

async function describeOverflow(connection: DuckDbConnection, product: string): Promise<string> {
  const [sums] = await readRows(connection, 'checking totals', `SELECT quantity, amount FROM merged WHERE product_id = ${product}`);
  return `product ${product}: quantity ${sums?.[0]}, amount ${sums?.[1]} do not fit ${SALES_SUMMARY.quantity.type} and ${SALES_SUMMARY.amount.type}`;
}

function addUpRanges(ranges: readonly MergedSummary[]): MergedSummary {
  const sum = (value: (range: MergedSummary) => string): bigint => ranges.reduce((total, range) => total + toMillionths(value(range)), 0n);
  return {
    overflow: ranges.find(({ overflow }) => overflow !== null)?.overflow ?? null,
    products: ranges.reduce((total, range) => total + range.products, 0),
    quantity: ranges.reduce((total, range) => total + BigInt(range.quantity), 0n).toString(),
    amount: fromMillionths(sum(({ amount }) => amount)),
    // Sums of whole cents end in four zeros here.
    publishedAmount: fromMillionths(sum(({ publishedAmount }) => publishedAmount)).slice(0, -4),
  };
}

/** Appends a range to the CSV; the first makes the file. */
async function writeRange(connection: DuckDbConnection, csvPath: string, isFirst: boolean): Promise<void> {
  const { key, quantity, amount } = SALES_SUMMARY;
  const path = isFirst ? csvPath : `${csvPath}.range`;
  // Positive amounts only, so rounding half away from zero is rounding half up.
  await runSql(
    connection,
    'writing the summary',
    `COPY (SELECT product_id AS ${key.name}, quantity AS ${quantity.name}, round(amount, ${amount.decimals}) AS ${amount.name} FROM merged ORDER BY product_id)
     TO ${quoteText(path)} (FORMAT csv, HEADER ${isFirst}, DELIMITER ',')`,
  ).catch(async (error: unknown) => {
    if (!isFirst) await removeFiles([path]);
    throw error;
  });
  if (!isFirst) await moveToEndOf(csvPath, path);
}
