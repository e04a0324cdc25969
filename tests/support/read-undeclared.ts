import { BUILT_IN, SALES_COLUMNS } from '@retail-etl/sales';
import { ParquetFile } from '../../packages/reading/src/codec/parquet/parquet-file.js';
import type { RecordWriter } from '../../packages/reading/src/index.js';
import type { TableRequest } from '../../packages/reading/src/sources/postgres-table/describe-table.js';
import { readTable } from '../../packages/reading/src/sources/postgres-table/read-table.js';

/** Keeps nothing: PostgreSQL says how many rows it copied. */
export const countingWriter = (): RecordWriter => ({
  rows: new ParquetFile(SALES_COLUMNS),
  isDue: false,
  malformed: () => undefined,
  startSegment: () => undefined,
  advance: () => Promise.resolve(),
  finish: () => Promise.resolve(),
});

/** Reads a table as it is read without a declaration. */
export function readUndeclared(
  url: string,
  table: string,
  more: Partial<TableRequest> = {},
  openWriter = countingWriter,
): ReturnType<typeof readTable> {
  const request = { table, definition: BUILT_IN.sources[0]!, isDeclared: false, allowRowSecurity: false, ...more };
  return readTable(url, request, { openWriter }, new AbortController().signal);
}
