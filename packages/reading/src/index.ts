export { ParquetFile, ROW_GROUP_ROWS } from './codec/parquet/parquet-file.js';
export type { TextColumn } from './codec/parquet/text-column.js';
export type { RandomAccess } from './codec/xlsx/random-access.js';
export { readSheet, type SheetOptions } from './codec/xlsx/read-sheet.js';
export type { SheetRow } from './codec/xlsx/sheet-rows.js';
export { openSources } from './sources/registry.js';
export type { PartitionRead, PartitionSink, RecordWriter, Source } from './sources/source.js';
export { connectPostgres } from './sources/postgres-table/postgres.js';
export { postgresError } from './sources/postgres-table/postgres-error.js';
