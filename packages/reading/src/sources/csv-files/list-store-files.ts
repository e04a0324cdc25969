import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@retail-etl/contracts';
import { inBatches, READS_MAX } from '@retail-etl/store';
import { isStoreFileName } from '@retail-etl/sales';
import type { PlannedFile } from '@retail-etl/staging';

/**
 * The store files directly in `folder`, by name. Throws SOURCE_MISSING without folder or file, FILE_REFUSED for anything with a
 * store file's name that is no regular file.
 */
export async function listStoreFiles(folder: string): Promise<PlannedFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR does not exist', { cause });
  }
  const candidates = names.filter(isStoreFileName).sort();
  if (candidates.length === 0) throw new EtlError('SOURCE_MISSING', 'the folder input of DATA_DIR holds no store file (*.csv, *.csv.gz)');
  return inBatches(candidates, READS_MAX, async (name) => {
    const stats = await lstat(join(folder, name), { bigint: true }).catch((cause: NodeJS.ErrnoException) => {
      throw cause.code === 'ENOENT' ? new EtlError('FILE_CHANGED', `${name} was removed while the input was listed`, { cause }) : cause;
    });
    if (!stats.isFile()) throw new EtlError('FILE_REFUSED', `${name} is ${kindOf(stats)}, not a regular file`);
    return { name, bytes: Number(stats.size), modifiedNs: String(stats.mtimeNs), inode: `${stats.dev}:${stats.ino}` };
  });
}

function kindOf(stats: { isSymbolicLink(): boolean; isDirectory(): boolean; isSocket(): boolean; isFIFO(): boolean }): string {
  if (stats.isSymbolicLink()) return 'a link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isSocket()) return 'a socket';
  return stats.isFIFO() ? 'a named pipe' : 'a device';
}
