import { quoteText } from '@retail-etl/duckdb';

/** SELECT of the malformed rows: `segment, rows_before, record, lines, raw`. */
export function malformedRows(path: string): string {
  return `SELECT segment::INTEGER AS segment, rows_before::INTEGER AS rows_before, record::BIGINT AS record, lines::INTEGER AS lines, raw FROM read_parquet(${quoteText(path)})`;
}

/** SELECT of the well-formed rows of several lines: `row, lines`. */
export function multiLineRows(path: string): string {
  return `SELECT row::INTEGER AS row, lines::INTEGER AS lines FROM read_parquet(${quoteText(path)})`;
}
