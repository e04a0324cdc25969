import { shownName } from '@retail-etl/contracts';
import type { SourceDefinition } from '@retail-etl/sales';
import { matchColumns, stagedFields } from '../../codec/csv/dialect.js';
import type { Header } from '../../codec/csv/find-header.js';
import type { RecordShape } from '../../codec/csv/record-reader.js';
import { RecordScanner } from '../../codec/csv/record-scanner.js';
import { RepeatedHeaders } from '../../codec/csv/repeated-headers.js';
import { CountedSink } from '../counted-sink.js';
import type { RecordWriter } from '../source.js';
import { CarryingRows } from './carrying-rows.js';
import { readHeader } from './read-header.js';
import type { StoreFile } from './store-file.js';
import { carriedColumns, watchedColumns } from './watched-columns.js';

/** A text of a file by pieces of UTF-8. */
export type ReadableText = Pick<StoreFile, 'name' | 'read'>;

/** A file whose header has been read, and what its records go through on their way to a writer. */
export interface OpenRecords {
  readonly header: Header;
  readonly shape: RecordShape;
  readonly scanner: RecordScanner;
  readonly sink: CountedSink;
  readonly headers: RepeatedHeaders;
  readonly carrying: CarryingRows | null;
}

/** Reads the header of a file, and makes ready to read its records. Throws what `readHeader` throws. */
export async function openRecords(
  file: ReadableText,
  { definition, isDeclared }: { readonly definition: SourceDefinition; readonly isDeclared: boolean },
  writer: RecordWriter,
): Promise<OpenRecords> {
  const { header, shape, names } = await readHeader(file, definition);
  const carried = carriedColumns(definition);
  const carrying = carried === null ? null : new CarryingRows(writer.rows, carried);
  const sink = new CountedSink(writer, carrying ?? writer.rows);
  const fields = stagedFields(definition.inputs, matchColumns(names, definition.inputs, { suggests: false }).fields);
  const watched = watchedColumns(
    definition,
    fields.map((field) => names[field]!),
    isDeclared,
  );
  const headers = new RepeatedHeaders(header, shape, shownName(file.name), watched);
  return { header, shape, scanner: new RecordScanner(shape, sink, header.bodyAt, headers), sink, headers, carrying };
}
