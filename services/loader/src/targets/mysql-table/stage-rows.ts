import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute, insertRows, select, sqlName, summaryTableSql } from '@retail-etl/mysql';
import { columnsOf, plainDecimal, type SummaryShape } from '@retail-etl/sales';
import type { RunSummary } from '../target.js';
import { damagedSummary, readSummaryRows } from './read-summary-rows.js';

/** Holds the run's summary next to the target, in a table that only this connection sees and that goes with it. No summary may have such a name. */
export const stagedTable = ({ name }: SummaryShape): string => `etl_staged_${name}`;

/**
 * Brings the rows of the summary's CSV into the connection's temporary table. Throws BOOKS_UNBALANCED unless the table then holds what the
 * summary says, STAGED_CORRUPT if a line is no row of it or a key appears twice.
 */
export async function stageRows(connection: Connection, summary: RunSummary, signal: AbortSignal): Promise<void> {
  const { shape } = summary;
  const table = stagedTable(shape);
  const columns = columnsOf(shape).map(({ name }) => name);
  await dropStagedTable(connection, shape);
  await execute(connection, 'making the staging table', summaryTableSql('CREATE TEMPORARY TABLE', table, shape));
  for await (const rows of readSummaryRows(summary.path, shape)) {
    signal.throwIfAborted();
    await insertRows(connection, table, columns, rows).catch(refuseDuplicate);
  }
  await verifyTable(connection, table, summary);
}

function refuseDuplicate(error: unknown): never {
  const { cause } = error as { cause?: { code?: string } };
  throw cause?.code === 'ER_DUP_ENTRY' ? damagedSummary('holds a key twice', error) : error;
}

/** Throws BOOKS_UNBALANCED, with the figures and what may be `why`, unless the table holds as many rows, pieces and money as `summary` says. */
export async function verifyTable(
  connection: Connection,
  table: string,
  summary: Omit<RunSummary, 'file' | 'path'>,
  why = '',
): Promise<void> {
  const { shape, returned } = summary;
  const { quantity, amount } = shape;
  const sums = [
    [quantity, summary.quantity],
    [amount, summary.publishedAmount],
    ...(shape.returned === null
      ? []
      : ([
          [shape.returned.quantity, returned?.quantity ?? '0'],
          [shape.returned.amount, returned?.publishedAmount ?? '0'],
        ] as const)),
  ] as const;
  const [row] = await select<Record<string, string | number>>(
    connection,
    `adding up ${table}`,
    `SELECT COUNT(*) AS products, ${sums.map(([{ name }]) => `CAST(COALESCE(SUM(${name}), 0) AS CHAR) AS ${name}`).join(', ')} FROM ${sqlName(table)}`,
    [],
    'table',
  );
  const found = sums.map(([{ name }]) => String(row?.[name] ?? ''));
  const products = Number(row?.['products']);
  if (products === summary.products && sums.every(([, expected], index) => isSame(found[index]!, expected))) return;
  const says = describe(
    summary.products,
    sums.map(([, expected]) => expected),
  );
  throw new EtlError('BOOKS_UNBALANCED', `${table} holds ${describe(products, found)}; the summary has ${says}${why}`);
}

/** As numbers: a table with more decimals writes more zeros. */
const isSame = (found: string, expected: string): boolean => plainDecimal(found, 0) === plainDecimal(expected, 0);

const describe = (products: number, [quantity, amount, returnedQuantity, returnedAmount]: readonly string[]): string =>
  `${products} products, quantity ${quantity}, amount ${amount}${returnedQuantity === undefined ? '' : `, returned ${returnedQuantity} for ${returnedAmount}`}`;

/** The connection goes back to its pool afterwards, so the table would stay. */
export async function dropStagedTable(connection: Connection, shape: SummaryShape): Promise<void> {
  await execute(connection, 'removing the staging table', `DROP TEMPORARY TABLE IF EXISTS ${stagedTable(shape)}`);
}
