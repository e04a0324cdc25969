import { EtlError, shownName } from '@retail-etl/contracts';
import type { SourceDefinition } from '@retail-etl/sales';
import { type Dialect, readDialect } from '../../codec/csv/dialect.js';
import { findHeader, type Header } from '../../codec/csv/find-header.js';
import { refuseOtherKinds } from '../../codec/csv/refuse-other-kinds.js';
import type { StoreFile } from './store-file.js';

/** Reads and checks a file's header. Throws FILE_NOT_TEXT for what is no CSV at all, SOURCE_EMPTY for a file without a header, HEADER_INVALID as `readDialect` does. */
export async function readHeader(
  file: Pick<StoreFile, 'name' | 'read'>,
  definition: Pick<SourceDefinition, 'inputs' | 'csv'>,
): Promise<Dialect & { readonly header: Header }> {
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
    header = findHeader(begin, false, name, definition.csv);
    if (header !== null) break;
  }
  header ??= findHeader(begin, true, name, definition.csv);
  if (header === null) throw new EtlError('SOURCE_EMPTY', `${name} is empty`);
  return { header, ...(await readDialect(header, name, definition)) };
}
