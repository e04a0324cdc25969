import { EtlError, shownName } from '@retail-etl/contracts';
import { isStoreFileName } from '@retail-etl/sales';
import { type InputFile, listInputFiles } from '@retail-etl/store';

/** So many other files a message names. */
const SHOWN_MAX = 5;

/**
 * The store files directly in `folder`, by name. Throws SOURCE_MISSING without folder or file, FILE_REFUSED for anything with a store
 * file's name that is no regular file.
 */
export async function listStoreFiles(folder: string): Promise<InputFile[]> {
  const others: string[] = [];
  const files = await listInputFiles(folder, (name) => {
    const isWanted = isStoreFileName(name);
    if (!isWanted && !name.startsWith('.') && others.length <= SHOWN_MAX) others.push(name);
    return isWanted;
  });
  if (files === null) throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR does not exist');
  if (files.length === 0)
    throw new EtlError('SOURCE_MISSING', `the folder input of DATA_DIR holds no store file (*.csv, *.csv.gz)${butOnly(others)}`);
  return files;
}

function butOnly(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, SHOWN_MAX).map((name) => shownName(name));
  return `, only ${shown.join(', ')}${names.length > SHOWN_MAX ? ' and more' : ''}`;
}
