import { join } from 'node:path';
import type { PlannedFile, SourceRead } from '@retail-etl/staging';
import { inBatches } from '@retail-etl/store';
import type { DeclaredSource } from '../declared-source.js';
import type { Source } from '../source.js';
import { INPUT_FOLDER, listDeclaredFiles } from './claim-files.js';
import { listStoreFiles } from './list-store-files.js';
import { readHeader } from './read-header.js';
import { leftOutFile, readOrSetAside } from './read-or-set-aside.js';
import { checkWorkbook } from './read-workbook.js';
import { refuseTwoReadings } from './refuse-two-readings.js';
import { type EarlierGroup, stableGroups } from './stable-groups.js';
import { isWorkbook, type ReadOptions, StoreFile } from './store-file.js';

/** Headers read at once: one by one each would wait for the disk, but a compressed file takes some 3 MB meanwhile. */
const HEADERS_MAX = 4;

/** The store files in the input folder: those directly in it, or those that a declaration names. */
export function csvFiles(source: DeclaredSource<'csv-files'>): Source {
  const { definition, isDeclared, settings } = source;
  const folder = join(settings.dataDir, INPUT_FOLDER);
  const options: ReadOptions = {
    folder,
    encoding: definition.csv.encoding ?? settings.csvEncoding,
    bytesMax: settings.fileBytesMax,
    takesLoneReturns: isDeclared,
  };
  const bytesMost = (files: readonly PlannedFile[]): number => files.reduce((sum, file) => sum + StoreFile.bytesMost(file, options), 0);
  const setsAside = definition.badFile === 'set_aside';
  const prefix = isDeclared ? `${definition.name.replaceAll('_', '-')}-` : '';
  return {
    name: definition.name,
    async plan(signal, earlier = []) {
      signal.throwIfAborted();
      const files = isDeclared ? await listDeclaredFiles(folder, definition) : await listStoreFiles(folder);
      const isCells = ({ name }: PlannedFile): boolean => isDeclared && isWorkbook(name);
      if (files.some(isCells)) refuseTwoReadings(definition);
      const groups = [false, true].map((areCells) => groupKind(files, earlier, (file) => isCells(file) === areCells));
      // Where bad files are set aside, reading finds them; and what an earlier run has read had its header.
      if (!setsAside) await checkHeaders(filesInOrder(files, groups), source, options, signal);
      const partitions = groups.flatMap(({ groups: found }, kind) => found.map((group) => ({ group, hasCells: kind === 1 })));
      return partitions.map(({ group, hasCells }, index) => ({
        name: `${prefix}files-${String(index + 1).padStart(5, '0')}`,
        source: definition.name,
        files: group,
        ...(hasCells ? { hasCells } : {}),
      }));
    },
    bytesMost: ({ files }) => bytesMost(files),
    async read({ files }, sink, signal, leftOut = new Map()) {
      signal.throwIfAborted();
      const writer = sink.openWriter();
      const sources: SourceRead[] = [];
      for (const [index, planned] of files.entries()) {
        const reason = leftOut.get(planned.name);
        const bytes = { own: bytesMost([planned]), after: bytesMost(files.slice(index + 1)) };
        const reading = { options, bytes, writer, signal };
        sources.push(reason === undefined ? await readOrSetAside(planned, source, reading) : leftOutFile(planned.name, reason));
      }
      signal.throwIfAborted();
      await writer.finish();
      return { sources, copiedRows: null };
    },
  };
}

type Groups = ReturnType<typeof stableGroups>;

function groupKind(files: readonly PlannedFile[], earlier: readonly EarlierGroup[], isWanted: (file: PlannedFile) => boolean): Groups {
  return stableGroups(
    files.filter(isWanted),
    earlier.filter((group) => group.every(isWanted)),
  );
}

/** The files of groups that no earlier run has read, in their order. */
function filesInOrder(files: readonly PlannedFile[], groups: readonly Groups[]): PlannedFile[] {
  const read = new Set(groups.flatMap(({ groups: found, kept }) => found.slice(0, kept).flat()));
  return files.filter((file) => !read.has(file));
}

async function checkHeaders(
  files: readonly PlannedFile[],
  { definition, isDeclared }: DeclaredSource<'csv-files'>,
  options: ReadOptions,
  signal: AbortSignal,
): Promise<void> {
  await inBatches(files, HEADERS_MAX, async (planned) => {
    signal.throwIfAborted();
    const file = await StoreFile.open(planned, options);
    try {
      await (isDeclared && isWorkbook(planned.name) ? checkWorkbook(file, { definition }) : readHeader(file, definition));
    } finally {
      await file.close();
    }
  });
}
