import { SOURCE_TABLE } from '@retail-etl/sales';
import { copyOut, type TextTaker } from '../../codec/pg-copy/copy-out.js';
import { describeTable, type PageRange, type SalesTable } from './describe-table.js';
import { connectPostgres, type PostgresConnection, postgresError } from './postgres.js';

/** Connections that copy at the same time. */
const READERS_MAX = 2;

/** Dates and times as ISO text whatever the role's or database's own settings are. */
const BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL DateStyle = 'ISO'; SET LOCAL TimeZone = 'UTC'";

export interface TableReader {
  /** Takes the table's rows as CSV, fields in the order of the five columns. */
  take: TextTaker;
  /** Called when a range has been read whole. */
  endRange(): Promise<void>;
  /** Called once, after the last range. */
  end(): Promise<void>;
}

/**
 * Reads the table as it is at one moment, over parallel connections that share one exported snapshot. Each connection feeds a
 * reader of its own. Returns the rows that PostgreSQL says it copied.
 */
export async function readTable(url: string, openReader: () => TableReader, signal: AbortSignal): Promise<number> {
  const owner = await connectPostgres(url);
  const connections: PostgresConnection[] = [owner];
  const stop = (): void => {
    for (const connection of connections) connection.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await owner.answer(owner.client.query(BEGIN)).catch((cause: unknown) => {
      throw postgresError(cause, 'taking a snapshot');
    });
    const table = await owner.answer(describeTable(owner.client));
    const ranges = [...table.ranges];
    const readers = Math.min(READERS_MAX, ranges.length);
    if (readers > 1) await joinSnapshot(owner, url, readers - 1, connections);
    const counts = await Promise.all(connections.map((connection) => copyRanges(connection, table, ranges, openReader(), signal)));
    return counts.reduce((sum, count) => sum + count, 0);
  } finally {
    signal.removeEventListener('abort', stop);
    // Nothing was written, so there is nothing to end in good order.
    stop();
  }
}

async function joinSnapshot(owner: PostgresConnection, url: string, more: number, connections: PostgresConnection[]): Promise<void> {
  try {
    const exported = await owner.answer(owner.client.query<{ id: string }>('SELECT pg_export_snapshot() AS id'));
    for (let i = 0; i < more; i += 1) {
      const connection = await connectPostgres(url);
      connections.push(connection);
      const { client } = connection;
      await connection.answer(client.query(BEGIN));
      await connection.answer(client.query(`SET TRANSACTION SNAPSHOT '${exported.rows[0]?.id ?? ''}'`));
    }
  } catch (cause) {
    throw postgresError(cause, 'sharing the snapshot');
  }
}

async function copyRanges(
  connection: PostgresConnection,
  table: SalesTable,
  ranges: (PageRange | null)[],
  reader: TableReader,
  signal: AbortSignal,
): Promise<number> {
  let rows = 0;
  for (;;) {
    const range = ranges.shift();
    if (range === undefined) {
      await reader.end();
      return rows;
    }
    try {
      rows += await copyOut(connection, copyStatement(table, range), reader.take);
    } catch (cause) {
      signal.throwIfAborted();
      throw postgresError(cause, `copying ${SOURCE_TABLE}`);
    }
    await reader.endRange();
  }
}

function copyStatement(table: SalesTable, range: PageRange | null): string {
  const where =
    range === null ? '' : ` WHERE ctid >= '(${range.from},0)'::tid${range.to === null ? '' : ` AND ctid < '(${range.to},0)'::tid`}`;
  return `COPY (SELECT ${table.columns.join(', ')} FROM ${SOURCE_TABLE}${where}) TO STDOUT (FORMAT csv)`;
}
