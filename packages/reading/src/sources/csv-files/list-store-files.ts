import { EtlError } from '@retail-etl/contracts';
import { isStoreFileName } from '@retail-etl/sales';
import { type InputFile, listInputFiles } from '@retail-etl/store';

/**
 * The store files directly in `folder`, by name. Throws SOURCE_MISSING without folder or file, FILE_REFUSED for anything with a store
 * file's name that is no regular file.
 */
export async function listStoreFiles(folder: string): Promise<InputFile[]> {
  const files = await listInputFiles(folder, isStoreFileName);
  if (files === null) throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR does not exist');
  if (files.length === 0) throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR holds no store file (*.csv, *.csv.gz)');
  return files;
}
