import { EtlError, shownName } from '@retail-etl/contracts';
import { readDialect } from '../../codec/csv/dialect.js';
import { findHeader, type Header } from '../../codec/csv/find-header.js';
import type { RecordShape } from '../../codec/csv/record-reader.js';
import { refuseOtherKinds } from '../../codec/csv/refuse-other-kinds.js';
import type { StoreFile } from './store-file.js';

/** Reads and checks a file's header. Throws FILE_NOT_TEXT for what is no CSV at all, SOURCE_EMPTY for a file without a header, HEADER_INVALID as `readDialect` does. */
export async function readHeader(file: StoreFile): Promise<{ header: Header; shape: RecordShape }> {
  const name = shownName(file.name);
  let begin: Buffer = Buffer.alloc(0);
  let header = null;
  let isFirst = true;
  const onBytes = (bytes: Buffer): void => {
    if (isFirst) refuseOtherKinds(bytes, name);
    isFirst = false;
  };
  for await (const piece of file.read(0, onBytes)) {
    begin = Buffer.concat([begin, piece]);
    header = findHeader(begin, false, name);
    if (header !== null) break;
  }
  header ??= findHeader(begin, true, name);
  if (header === null) throw new EtlError('SOURCE_EMPTY', `${name} is empty`);
  return { header, shape: await readDialect(header, name) };
}
