import { EtlError } from '@retail-etl/contracts';
import type { DuckDbConnection } from './engine.js';

/** Runs a statement; what DuckDB says is mapped to an error of the catalogue. `action` names what was tried. */
export async function runSql(connection: DuckDbConnection, action: string, sql: string): Promise<void> {
  try {
    await connection.run(sql);
  } catch (cause) {
    throw duckDbError(cause, action);
  }
}

/** Runs a SELECT whose few rows fit in memory; every value as text or null. */
export async function readRows(connection: DuckDbConnection, action: string, sql: string): Promise<(string | null)[][]> {
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value as string | number | boolean))));
  } catch (cause) {
    throw duckDbError(cause, action);
  }
}

/** The rows of a SELECT of text columns, in batches of up to 2,048, without holding more than a few in memory. */
export async function* streamTexts(connection: DuckDbConnection, action: string, sql: string): AsyncGenerator<(string | null)[][]> {
  try {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk.getRows() as (string | null)[][];
    }
  } catch (cause) {
    throw duckDbError(cause, action);
  }
}

export function duckDbError(cause: unknown, action: string): EtlError {
  if (cause instanceof EtlError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  // DuckDB's errors carry no code; their first words name the kind.
  if (message.startsWith('IO Error') && message.includes('No space left'))
    return new EtlError('STAGING_FULL', `${action}: ${message}`, { cause });
  if (message.startsWith('Out of Memory Error')) return new EtlError('MEMORY_EXHAUSTED', `${action}: ${message}`, { cause });
  if (message.startsWith('IO Error')) return new EtlError('STAGING_UNAVAILABLE', `${action}: ${message}`, { cause });
  if (message.startsWith('Invalid Input Error') && message.includes('parquet'))
    return new EtlError('STAGED_CORRUPT', `${action}: ${message}`, { cause });
  return new EtlError('INTERNAL', `${action}: ${message}`, { cause });
}
