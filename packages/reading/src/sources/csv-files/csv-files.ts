import { join } from 'node:path';
import type { SourceOfKind } from '@retail-etl/sales';
import type { PlannedFile, SourceRead } from '@retail-etl/staging';
import { inBatches } from '@retail-etl/store';
import type { SourceSettings } from '../source-settings.js';
import type { Source } from '../source.js';
import { groupFiles } from './group-files.js';
import { listStoreFiles } from './list-store-files.js';
import { readHeader } from './read-header.js';
import { readStoreFile } from './read-store-file.js';
import { StoreFile } from './store-file.js';

/** Headers read at once: one by one each would wait for the disk, but a compressed file takes some 3 MB meanwhile. */
const HEADERS_MAX = 4;

/** The store files directly in a folder of DATA_DIR: `*.csv`, `*.csv.gz`. */
export function csvFiles({ name, folder: folderName }: SourceOfKind<'csv-files'>, settings: SourceSettings): Source {
  const folder = join(settings.dataDir, folderName);
  const options = { folder, encoding: settings.csvEncoding, bytesMax: settings.fileBytesMax };
  const bytesMost = (files: readonly PlannedFile[]): number => files.reduce((sum, file) => sum + StoreFile.bytesMost(file, options), 0);
  return {
    name,
    async plan(signal) {
      signal.throwIfAborted();
      const files = await listStoreFiles(folder);
      await inBatches(files, HEADERS_MAX, async (planned) => {
        signal.throwIfAborted();
        const file = await StoreFile.open(planned, options);
        try {
          await readHeader(file);
        } finally {
          await file.close();
        }
      });
      return groupFiles(files).map((group, index) => ({
        name: `files-${String(index + 1).padStart(5, '0')}`,
        source: name,
        files: group,
      }));
    },
    bytesMost: ({ files }) => bytesMost(files),
    async read({ files }, sink, signal) {
      signal.throwIfAborted();
      const writer = sink.openWriter();
      const sources: SourceRead[] = [];
      for (const [index, planned] of files.entries()) {
        const bytes = { own: bytesMost([planned]), after: bytesMost(files.slice(index + 1)) };
        const file = await StoreFile.open(planned, options);
        try {
          sources.push(await readStoreFile(file, bytes, writer, signal));
        } finally {
          await file.close();
        }
      }
      signal.throwIfAborted();
      await writer.finish();
      return { sources, copiedRows: null };
    },
  };
}
