import { EtlError, shownName } from '@retail-etl/contracts';
import type { SourceRead } from '@retail-etl/staging';
import { readSheet } from '../../codec/xlsx/read-sheet.js';
import type { SheetRow } from '../../codec/xlsx/sheet-rows.js';
import type { DeclaredSource } from '../declared-source.js';
import type { RecordWriter } from '../source.js';
import { digestOfFile } from './digest-of-file.js';
import { isHeaderRow, matchHeader, readSheetRecords } from './sheet-records.js';
import type { ReadingProgress } from './reading-progress.js';
import type { StoreFile } from './store-file.js';

/** Checks the header of a workbook's sheet. Throws HEADER_INVALID, SOURCE_EMPTY, and what `readSheet` throws. */
export async function checkWorkbook(file: StoreFile, { definition }: Pick<DeclaredSource<'csv-files'>, 'definition'>): Promise<void> {
  for await (const rows of sheetOf(file, definition)) {
    const header = rows.find((row) => isHeaderRow(row, definition));
    if (header === undefined) continue;
    matchHeader(header, file.name, definition);
    return;
  }
  throw new EtlError('SOURCE_EMPTY', `${shownName(file.name)} is empty`);
}

/**
 * Reads the rows of a workbook's sheet into `writer`, as `readStoreFile` does the records of a text. Throws what `checkWorkbook` throws,
 * HEADER_CHANGED, and FILE_CHANGED if it is no longer what was planned.
 */
export async function readWorkbook(
  file: StoreFile,
  { definition }: Pick<DeclaredSource<'csv-files'>, 'definition'>,
  { writer, signal }: { readonly writer: RecordWriter; readonly signal: AbortSignal },
  progress: ReadingProgress,
): Promise<SourceRead> {
  const name = shownName(file.name);
  const sha256 = await digestOfFile(file, signal);
  const batches = untilAborted(sheetOf(file, definition), signal);
  const sheet = await readSheetRecords(batches, { name: file.name, definition, writer }, progress);
  await file.verifyUnchanged();
  if (sheet === null) throw new EtlError('SOURCE_EMPTY', `${name} is empty`);
  if (sheet.records === 0) throw new EtlError('SOURCE_EMPTY', `${name} has a header but no records`);
  return { file: file.name, rows: sheet.records, bytes: file.access.bytes, sha256, ...sheet.figures, ...(await file.touched()) };
}

function sheetOf(file: StoreFile, { place }: DeclaredSource<'csv-files'>['definition']): AsyncGenerator<SheetRow[]> {
  const sheet = place.sheet === null ? {} : { sheet: place.sheet };
  return readSheet(file.access, { ...sheet, name: shownName(file.name), bytesMax: file.bytesMax });
}

async function* untilAborted<T>(batches: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const batch of batches) {
    signal.throwIfAborted();
    yield batch;
  }
}
