export { type RecordSink, RecordScanner, type RecordShape } from './codec/csv/record-scanner.js';
export { ParquetFile, ROW_GROUP_ROWS } from './codec/parquet/parquet-file.js';
export { readHeader } from './sources/csv-files/read-header.js';
export { openStoreFile, type ReadOptions, type StoreFile } from './sources/csv-files/store-file.js';
export { readTable } from './sources/postgres-table/read-table.js';
export { connectPostgres } from './sources/postgres-table/postgres.js';
export { listStoreFiles } from './sources/csv-files/list-store-files.js';
