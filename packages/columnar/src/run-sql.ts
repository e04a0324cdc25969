import { EtlError } from '@retail-etl/contracts';
import type { Connection } from './engine.js';

/** Runs a statement; what DuckDB says is mapped to an error of the catalogue. `action` names what was tried. */
export async function run(connection: Connection, action: string, sql: string): Promise<void> {
  try {
    await connection.run(sql);
  } catch (cause) {
    throw columnarError(cause, action);
  }
}

/** Runs a SELECT whose few rows fit in memory; every value as text or null. */
export async function rows(connection: Connection, action: string, sql: string): Promise<(string | null)[][]> {
  try {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value as string | number | boolean))));
  } catch (cause) {
    throw columnarError(cause, action);
  }
}

export function columnarError(cause: unknown, action: string): EtlError {
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
