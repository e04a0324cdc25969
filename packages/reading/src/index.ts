export type { EarlierGroup } from './sources/csv-files/stable-groups.js';
export { ParquetFile, ROW_GROUP_ROWS } from './codec/parquet/parquet-file.js';
export type { TextColumn } from './codec/parquet/text-column.js';
export { openSources } from './sources/registry.js';
export { connectPostgres } from './sources/postgres-table/postgres.js';
export { readDefinition } from './definition/read-definition.js';
export { type PartitionRead, type PartitionSink, type RecordWriter, type Source, UnreadableFile } from './sources/source.js';
export {
  type Claim,
  claimFiles,
  fileMatcher,
  INPUT_FOLDER,
  isUnfinished,
  noFiles,
  refuseUnclaimed,
  refuseUnmatchedPaths,
} from './sources/csv-files/claim-files.js';
export { postgresError } from './sources/postgres-table/postgres-error.js';
export { isBadFile } from './sources/csv-files/read-or-set-aside.js';
export { hasSheets, readSample, type Sample, type SampleRead } from './sources/csv-files/read-sample.js';
export { isWorkbook } from './sources/csv-files/store-file.js';
export { openSample, type SampledSheets, type WorkbookSample } from './sources/csv-files/workbook-sample.js';
export type { RandomAccess } from './codec/xlsx/random-access.js';
export type { SheetRow } from './codec/xlsx/sheet-rows.js';
export { type FileSample, sampleText, takeSample } from './sources/csv-files/file-sample.js';
export { checkTable } from './sources/postgres-table/check-table.js';
export { refuseOtherKinds } from './codec/csv/refuse-other-kinds.js';
export { isSeparatorLine } from './codec/csv/find-header.js';
