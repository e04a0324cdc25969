import { createReadStream } from 'node:fs';
import { EtlError } from '@retail-etl/contracts';
import { type Connection, execute, select } from '@retail-etl/mysql';
import type { SummaryManifest } from '@retail-etl/staging';

/** Holds the run's summary next to the target, in a table that only this connection sees and that goes with it. */
export const STAGED_TABLE = 'staged_summary';

/** Text of one INSERT: some 3,000 rows. */
const BATCH_BYTES = 1 << 16;

/**
 * Brings the rows of the summary's CSV into the connection's temporary table. A CSV line of whole and decimal numbers is also a
 * row of SQL values, so no row is taken apart. Throws BOOKS_UNBALANCED unless the table then holds what the manifest says.
 */
export async function stageSummary(connection: Connection, csvPath: string, summary: SummaryManifest, signal: AbortSignal): Promise<void> {
  await dropStagedTable(connection);
  await execute(
    connection,
    'making the staging table',
    `CREATE TEMPORARY TABLE ${STAGED_TABLE} (
       product_id BIGINT NOT NULL PRIMARY KEY, total_quantity BIGINT NOT NULL, total_sale_amount DECIMAL(20,2) NOT NULL
     ) ENGINE=InnoDB`,
  );
  for await (const lines of wholeLines(csvPath)) {
    signal.throwIfAborted();
    await execute(connection, 'filling the staging table', `INSERT INTO ${STAGED_TABLE} VALUES (${lines.replaceAll('\n', '),(')})`);
  }
  await verifyTable(connection, STAGED_TABLE, summary);
}

/** The data lines of the CSV, many at a time, without the last newline. Anything but numbers is refused before it reaches SQL. */
async function* wholeLines(csvPath: string): AsyncGenerator<string> {
  let rest = '';
  let isHeader = true;
  for await (const piece of createReadStream(csvPath, { encoding: 'latin1', highWaterMark: BATCH_BYTES }) as AsyncIterable<string>) {
    rest += piece;
    if (isHeader) {
      const end = rest.indexOf('\n');
      if (end === -1) continue;
      rest = rest.slice(end + 1);
      isHeader = false;
    }
    const end = rest.lastIndexOf('\n');
    if (end === -1) continue;
    const lines = rest.slice(0, end);
    rest = rest.slice(end + 1);
    if (!/^[-0-9.,\n]+$/.test(lines)) throw new EtlError('STAGED_CORRUPT', 'the summary holds something else than numbers');
    yield lines;
  }
  if (rest !== '') throw new EtlError('STAGED_CORRUPT', 'the summary does not end with a whole line');
}

/** Throws BOOKS_UNBALANCED, with the figures, unless the table holds as many products, pieces and money as the summary. */
export async function verifyTable(connection: Connection, table: string, summary: SummaryManifest): Promise<void> {
  const [found] = await select<{ products: number | string; quantity: string; amount: string }>(
    connection,
    `adding up ${table}`,
    `SELECT COUNT(*) AS products, CAST(COALESCE(SUM(total_quantity), 0) AS CHAR) AS quantity,
       CAST(COALESCE(SUM(total_sale_amount), 0) AS CHAR) AS amount FROM ${table}`,
    [],
    'table',
  );
  const text = `${found?.products} products, quantity ${found?.quantity}, amount ${found?.amount}`;
  const expected = `${summary.products} products, quantity ${summary.quantity}, amount ${summary.publishedAmount}`;
  if (text !== expected) throw new EtlError('BOOKS_UNBALANCED', `${table} holds ${text}; the summary has ${expected}`);
}

/** The connection goes back to its pool afterwards, so the table would stay. */
export async function dropStagedTable(connection: Connection): Promise<void> {
  await execute(connection, 'removing the staging table', `DROP TEMPORARY TABLE IF EXISTS ${STAGED_TABLE}`);
}
