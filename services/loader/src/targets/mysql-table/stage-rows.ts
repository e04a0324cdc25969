import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute, insertRows, select, summaryTableSql } from '@retail-etl/mysql';
import { plainDecimal, SALES_SUMMARY, SUMMARY_COLUMNS } from '@retail-etl/sales';
import { readLines } from '@retail-etl/store';
import type { RunSummary } from '../target.js';

/** Holds the run's summary next to the target, in a table that only this connection sees and that goes with it. */
export const STAGED_TABLE = 'staged_summary';

const COLUMNS = SUMMARY_COLUMNS.map(({ name }) => name);
const HEADER = COLUMNS.join(',');

/** A row as merge writes it. Anything else the server might take for some number: a date for its year, `1.005` for `1.01`. */
const ROW = new RegExp(String.raw`^-?\d{1,19},-?\d{1,19},-?\d{1,18}\.\d{${SALES_SUMMARY.amount.decimals}}$`);

/**
 * Brings the rows of the summary's CSV into the connection's temporary table. Throws BOOKS_UNBALANCED unless the table then holds what the
 * summary says, STAGED_CORRUPT if a line is no row of it or a product appears twice.
 */
export async function stageRows(connection: Connection, summary: RunSummary, signal: AbortSignal): Promise<void> {
  await dropStagedTable(connection);
  await execute(connection, 'making the staging table', summaryTableSql('CREATE TEMPORARY TABLE', STAGED_TABLE));
  let isFirst = true;
  for await (const lines of readLines(summary.path)) {
    signal.throwIfAborted();
    if (isFirst && lines[0] !== HEADER) throw damaged(`begins with another header: ${lines[0]?.slice(0, 100)}`);
    const rows = (isFirst ? lines.slice(1) : lines).map(toRow);
    isFirst = false;
    if (rows.length > 0) await insertRows(connection, STAGED_TABLE, COLUMNS, rows).catch(refuseDuplicate);
  }
  await verifyTable(connection, STAGED_TABLE, summary);
}

/** The cells of a line. Merge writes numbers alone, so none is quoted. */
function toRow(line: string): string[] {
  if (!ROW.test(line)) throw damaged(`holds a line that is no row of it: ${line.slice(0, 100)}`);
  return line.split(',');
}

function refuseDuplicate(error: unknown): never {
  const { cause } = error as { cause?: { code?: string } };
  throw cause?.code === 'ER_DUP_ENTRY' ? damaged('holds a product twice', error) : error;
}

const damaged = (what: string, cause?: unknown): EtlError => new EtlError('STAGED_CORRUPT', `the summary ${what}`, { cause });

interface Sums {
  readonly products: number;
  readonly quantity: string;
  /** Of the rounded totals. */
  readonly publishedAmount: string;
}

/** Throws BOOKS_UNBALANCED, with the figures and what may be `why`, unless the table holds as many products, pieces and money as `expected`. */
export async function verifyTable(connection: Connection, table: string, expected: Sums, why = ''): Promise<void> {
  const { quantity, amount } = SALES_SUMMARY;
  const [row] = await select<{ products: number | string; quantity: string; amount: string }>(
    connection,
    `adding up ${table}`,
    `SELECT COUNT(*) AS products, CAST(COALESCE(SUM(${quantity.name}), 0) AS CHAR) AS quantity,
       CAST(COALESCE(SUM(${amount.name}), 0) AS CHAR) AS amount FROM ${table}`,
    [],
    'table',
  );
  const found: Sums = { products: Number(row?.products), quantity: row?.quantity ?? '', publishedAmount: row?.amount ?? '' };
  if (
    found.products === expected.products &&
    isSame(found.quantity, expected.quantity) &&
    isSame(found.publishedAmount, expected.publishedAmount)
  )
    return;
  throw new EtlError('BOOKS_UNBALANCED', `${table} holds ${describe(found)}; the summary has ${describe(expected)}${why}`);
}

/** As numbers: a table with more decimals writes more zeros. */
const isSame = (found: string, expected: string): boolean => plainDecimal(found, 0) === plainDecimal(expected, 0);

const describe = ({ products, quantity, publishedAmount }: Sums): string =>
  `${products} products, quantity ${quantity}, amount ${publishedAmount}`;

/** The connection goes back to its pool afterwards, so the table would stay. */
export async function dropStagedTable(connection: Connection): Promise<void> {
  await execute(connection, 'removing the staging table', `DROP TEMPORARY TABLE IF EXISTS ${STAGED_TABLE}`);
}
