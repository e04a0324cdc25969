import { type ErrorCode, EtlError } from '@retail-etl/contracts';
import type { PlannedFile, SetAside, SourceRead } from '@retail-etl/staging';
import type { DeclaredSource } from '../declared-source.js';
import { type RecordWriter, UnreadableFile } from '../source.js';
import { type BytesMost, readStoreFile } from './read-store-file.js';
import { readWorkbook } from './read-workbook.js';
import { isWorkbook, type ReadOptions, StoreFile } from './store-file.js';

/** What makes a file one that cannot be read. */
const BAD_FILE: ReadonlySet<ErrorCode> = new Set([
  'FILE_NOT_TEXT',
  'SOURCE_EMPTY',
  'HEADER_INVALID',
  'HEADER_CHANGED',
  'FILE_REFUSED',
  'FILE_CHANGED',
  'SHEET_MISSING',
  'SHEET_UNCLEAR',
]);

/** Whether an error of this code in reading makes a file one that `bad_file: set_aside` leaves out. */
export const isBadFile = (code: ErrorCode): boolean => BAD_FILE.has(code);

/** Where a file goes. */
export interface FileReading {
  readonly options: ReadOptions;
  readonly bytes: BytesMost;
  readonly writer: RecordWriter;
  readonly signal: AbortSignal;
}

/**
 * Reads a file's records. Where the source sets bad files aside, one of which nothing has been written is left out and said to be; otherwise
 * throws UnreadableFile.
 */
export async function readOrSetAside(planned: PlannedFile, source: DeclaredSource<'csv-files'>, reading: FileReading): Promise<SourceRead> {
  const progress = { hasWritten: false };
  try {
    const file = await StoreFile.open(planned, reading.options);
    try {
      return await (isWorkbook(file.name) ? readWorkbook(file, source, reading, progress) : readStoreFile(file, source, reading, progress));
    } finally {
      await file.close();
    }
  } catch (error) {
    const isBad = error instanceof EtlError && isBadFile(error.code);
    if (source.definition.badFile === 'fail' || !isBad) throw error;
    const reason = { code: error.code, message: error.message };
    if (progress.hasWritten) throw new UnreadableFile(planned.name, reason);
    return leftOutFile(planned.name, reason);
  }
}

export function leftOutFile(file: string, setAside: SetAside): SourceRead {
  return { file, rows: 0, malformed: 0, bytes: 0, sha256: null, setAside };
}
