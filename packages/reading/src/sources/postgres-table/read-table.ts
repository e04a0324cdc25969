import { copyOut } from '../../codec/pg-copy/copy-out.js';
import type { PartitionSink } from '../source.js';
import { describeTable, type PageRange, type SalesTable, type TableRequest } from './describe-table.js';
import { connectPostgres, type PostgresConnection } from './postgres.js';
import { postgresError, snapshotError } from './postgres-error.js';
import { TableFeed } from './table-feed.js';

/** Connections that copy at the same time. */
const READERS_MAX = 2;

/** Finite, so that a hung server ends in an error; far above what reading a table takes. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/**
 * Dates and times as ISO text whatever the role's or database's own settings are. With row security off, PostgreSQL refuses a query of
 * which a policy would hide rows. All is local to the transaction: a pooler may give the session to others after it, and takes no
 * settings at the start of a connection.
 */
export function beginStatement({ allowRowSecurity, definition }: TableRequest): string {
  const settings = [
    "DateStyle = 'ISO'",
    // In which a timestamptz prints its day, with the offset.
    `TimeZone = '${definition.dates.zone ?? 'UTC'}'`,
    // All digits of a float, which the views that COLUMN_INEXACT proposes cast; fewer where a role has a lower setting.
    'extra_float_digits = 3',
    `statement_timeout = ${STATEMENT_TIMEOUT_MS}`,
    `row_security = ${allowRowSecurity ? 'on' : 'off'}`,
  ];
  return ['BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', ...settings.map((setting) => `SET LOCAL ${setting}`)].join('; ');
}

/** What was read of a table. */
export interface TableRead {
  readonly rows: number;
  readonly malformed: number;
  /** Of the text that was copied. */
  readonly bytes: number;
  /** Rows that PostgreSQL says it copied. */
  readonly copiedRows: number;
}

/**
 * Reads the table as it is at one moment, over parallel connections that share one exported snapshot. Each connection feeds a writer of
 * its own. Throws what `postgresError` makes, and what `describeTable` throws, what the sink throws as it is, and the reason of `signal`
 * once that is aborted.
 */
export async function readTable(url: string, request: TableRequest, sink: PartitionSink, signal: AbortSignal): Promise<TableRead> {
  const failed = new AbortController();
  try {
    return await readBySnapshot(url, request, sink, AbortSignal.any([signal, failed.signal]));
  } catch (error) {
    // The other connection may have text at hand, or wait for its writer: neither may write any more.
    failed.abort(error);
    // A connection that is destroyed looks like one that is lost.
    signal.throwIfAborted();
    throw error;
  }
}

async function readBySnapshot(url: string, request: TableRequest, sink: PartitionSink, signal: AbortSignal): Promise<TableRead> {
  signal.throwIfAborted();
  const begin = beginStatement(request);
  const owner = await connectPostgres(url);
  const connections: PostgresConnection[] = [owner];
  const stop = (): void => {
    for (const connection of connections) connection.destroy();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    await owner.answer(owner.client.query(begin)).catch((cause: unknown) => {
      throw postgresError(cause, 'taking a snapshot');
    });
    const description = await owner.answer(describeTable(owner.client, request));
    const ranges = [...description.ranges];
    const readers = Math.min(READERS_MAX, ranges.length);
    if (readers > 1) await joinSnapshot(owner, { url, begin, more: readers - 1 }, connections);
    const feeds = connections.map(() => new TableFeed(description.columns.length, sink.openWriter(), signal));
    const copied = await Promise.all(connections.map((connection, index) => copyRanges(connection, description, ranges, feeds[index]!)));
    const sum = (count: (feed: TableFeed) => number): number => feeds.reduce((total, feed) => total + count(feed), 0);
    return {
      rows: sum(({ rows }) => rows),
      malformed: sum(({ malformed }) => malformed),
      bytes: sum(({ bytes }) => bytes),
      copiedRows: copied.reduce((total, rows) => total + rows, 0),
    };
  } finally {
    signal.removeEventListener('abort', stop);
    // Nothing was written, so there is nothing to end in good order.
    stop();
  }
}

async function joinSnapshot(
  owner: PostgresConnection,
  { url, begin, more }: { url: string; begin: string; more: number },
  connections: PostgresConnection[],
): Promise<void> {
  try {
    const exported = await owner.answer(owner.client.query<{ id: string }>('SELECT pg_export_snapshot() AS id'));
    for (let i = 0; i < more; i += 1) {
      const connection = await connectPostgres(url);
      connections.push(connection);
      const { client } = connection;
      await connection.answer(client.query(begin));
      await connection.answer(client.query(`SET TRANSACTION SNAPSHOT '${exported.rows[0]?.id ?? ''}'`)).catch((cause: unknown) => {
        throw snapshotError(cause, 'sharing the snapshot');
      });
    }
  } catch (cause) {
    throw postgresError(cause, 'sharing the snapshot');
  }
}

async function copyRanges(
  connection: PostgresConnection,
  table: SalesTable,
  ranges: (PageRange | null)[],
  feed: TableFeed,
): Promise<number> {
  let rows = 0;
  for (;;) {
    const range = ranges.shift();
    if (range === undefined) {
      await feed.finish();
      return rows;
    }
    try {
      rows += await copyOut(connection, copyStatement(table, range), (text) => feed.take(text));
    } catch (cause) {
      throw feed.failure === null ? postgresError(cause, `copying ${table.name}`) : feed.failure.error;
    }
    await feed.endRange();
  }
}

function copyStatement(table: SalesTable, range: PageRange | null): string {
  const where =
    range === null ? '' : ` WHERE ctid >= '(${range.from},0)'::tid${range.to === null ? '' : ` AND ctid < '(${range.to},0)'::tid`}`;
  return `COPY (SELECT ${table.columns.join(', ')} FROM ${table.name}${where}) TO STDOUT (FORMAT csv)`;
}
