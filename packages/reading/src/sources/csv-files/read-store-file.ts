import { createHash } from 'node:crypto';
import { EtlError, shownName } from '@retail-etl/contracts';
import type { SourceDefinition } from '@retail-etl/sales';
import type { SourceRead } from '@retail-etl/staging';
import { RECORD_BYTES_MAX } from '../../codec/csv/record-reader.js';
import type { RecordWriter } from '../source.js';
import { openRecords } from './open-records.js';
import { keptNamesOf } from './header-names.js';
import type { ReadingProgress } from './reading-progress.js';
import type { StoreFile } from './store-file.js';

/**
 * So much of what was read may not be records yet: one of 1 MiB that has not ended, and the slice in which it began. In UTF-16 that is twice as
 * much of the file.
 */
const UNENDED_BYTES_MAX = 4 * RECORD_BYTES_MAX;

/** At most so many bytes of text are in a file, and in those that are read after it. */
export interface BytesMost {
  readonly own: number;
  readonly after: number;
}

/**
 * Reads one file's records into `writer`. Throws SOURCE_EMPTY if it has none, HEADER_CHANGED if another header comes among them,
 * FILE_CHANGED if it is no longer what was planned.
 */
export async function readStoreFile(
  file: StoreFile,
  source: { readonly definition: SourceDefinition; readonly isDeclared: boolean },
  { bytes: most, writer, signal }: { readonly bytes: BytesMost; readonly writer: RecordWriter; readonly signal: AbortSignal },
  progress: ReadingProgress,
): Promise<SourceRead> {
  const { header, shape, scanner, sink, headers, carrying } = await openRecords(file, source, writer);
  const hash = createHash('sha256');
  let bytes = 0;
  signal.throwIfAborted();
  writer.startSegment(file.name, 1);
  // A quote that stays open makes the scanner ask for the text once more, from behind the line it is in.
  for (let from: number | null = header.bodyAt, isFirstPass = true; from !== null; isFirstPass = false) {
    const onBytes = isFirstPass
      ? (piece: Buffer): void => {
          hash.update(piece);
          bytes += piece.length;
        }
      : undefined;
    for await (const piece of file.read(from, onBytes)) {
      signal.throwIfAborted();
      // A throw in the middle leaves the records before it, and perhaps a part of one.
      progress.hasWritten = true;
      scanner.push(piece);
      progress.hasWritten = scanner.records > 0;
      // Of a text that is read once more, all may be still to come.
      const bytesLeft = most.own - (isFirstPass ? bytes - UNENDED_BYTES_MAX : 0) + most.after;
      if (writer.isDue) {
        await writer.advance(scanner.records + 1, bytesLeft);
        carrying?.mark();
      }
    }
    signal.throwIfAborted();
    progress.hasWritten = true;
    from = scanner.finish();
    progress.hasWritten = scanner.records > 0;
  }
  await file.verifyUnchanged();
  if (scanner.records === 0) throw new EtlError('SOURCE_EMPTY', `${shownName(file.name)} has a header but no records`);
  return {
    file: file.name,
    rows: scanner.records,
    malformed: sink.malformedRecords,
    ...(headers.count === 0 ? {} : { repeatedHeaders: headers.count }),
    ...(headers.footers === 0 ? {} : { footerLines: headers.footers }),
    header: await keptNamesOf(header, shape),
    bytes,
    sha256: hash.digest('hex'),
    ...(await file.touched()),
  };
}
