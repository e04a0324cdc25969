import type { SourceBooks } from '@retail-etl/sales';
import type { ExtractManifest, PartialBooks, PartialManifest, SourceRead } from '@retail-etl/staging';

const TIMES = { startedAt: '2026-01-02T03:04:05.000Z', finishedAt: '2026-01-02T03:05:06.000Z' };
const FILE = { name: 'p.parquet', bytes: 0, crc32: 0 };
const NO_ROWS = { rowsRead: 0, rowsAccepted: 0, rowsRejected: 0, rowsSkipped: 0, rejectsByReason: {}, quantity: '0', amount: '0.000000' };

export function readOf(file: string | null, rows: number, malformed = 0): SourceRead {
  return { file, rows, malformed, bytes: rows * 30, sha256: file === null ? null : `sha-of-${file}` };
}

/** What an extract of store files left. */
export function filesExtract(...sources: SourceRead[]): ExtractManifest {
  return { source: 'store_sales', chunks: [], sources, copiedRows: null, ...TIMES };
}

/** What the extract of the table left; PostgreSQL says that it copied as many rows as arrived, unless told otherwise. */
export function tableExtract(rows: number, copiedRows = rows): ExtractManifest {
  return { source: 'online_sales', chunks: [], sources: [readOf(null, rows)], copiedRows, ...TIMES };
}

export function part(file: string | null, figures: Partial<PartialBooks>): PartialBooks {
  return { ...NO_ROWS, ...figures, file };
}

export function partialOf(source: 'online_sales' | 'store_sales', ...books: PartialBooks[]): PartialManifest {
  return { source, books, file: FILE, sums: 1, rejectsFile: null, ...TIMES };
}

export function booksOf(source: 'online_sales' | 'store_sales', file: string | null, figures: Partial<SourceBooks> = {}): SourceBooks {
  return { ...NO_ROWS, ...figures, source, file };
}
