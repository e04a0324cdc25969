import { join } from 'node:path';
import { isStoreFileName, SAMPLE_TABLE } from '@retail-etl/sales';
import type { Sources, SourceStatus } from '@retail-etl/contracts';
import { digestOf, lookAtFiles, type SeenFile } from '@retail-etl/store';
import type { Run } from '@retail-etl/ledger';

/** Files shown; a folder with more is cut, and the answer says so. */
const FILES_MAX = 2_000;
/** Files up to this size are compared byte by byte with others of the same size. Larger ones are left to the run. */
const COMPARED_BYTES_MAX = 64 * 1024 * 1024;
/** Files compared for one answer. */
const COMPARED_MAX = 50;

/** The files a run would read now and what the last run made of them. */
export async function listSources(dataDir: string, lastRun: Run | undefined): Promise<Sources> {
  const folder = join(dataDir, 'input');
  const { files, truncated } = await lookAtFiles(folder, isStoreFileName, FILES_MAX);
  const books = lastRun?.findings.sources ?? [];
  const rowsOf = new Map(books.filter((book) => book.file !== null).map((book) => [book.file as string, book.rowsRead]));
  const copies = await findCopies(
    folder,
    files.filter(({ hasTextName }) => hasTextName),
  );
  const since = lastRun?.startedAt ?? lastRun?.createdAt;

  const status = (file: SeenFile): SourceStatus => {
    if (!file.hasTextName) return 'refused';
    if (copies.has(file.name)) return 'duplicate';
    if (!rowsOf.has(file.name) || since === undefined) return 'new';
    return file.modified > since ? 'changed' : 'unchanged';
  };
  const present = files.map((file) => ({
    name: file.name,
    bytes: file.bytes,
    modifiedAt: file.modified.toISOString(),
    lastRows: rowsOf.get(file.name) ?? null,
    status: status(file),
    sameAs: copies.get(file.name) ?? null,
  }));
  const names = new Set(files.map((file) => file.name));
  const gone = truncated
    ? []
    : [...rowsOf]
        .filter(([name]) => !names.has(name))
        .map(([name, rows]) => ({ name, bytes: null, modifiedAt: null, lastRows: rows, status: 'gone' as const, sameAs: null }));
  return {
    table: { name: SAMPLE_TABLE, lastRows: books.find((book) => book.file === null)?.rowsRead ?? null },
    files: [...present, ...gone],
    lastRun: lastRun === undefined ? null : { id: lastRun.runId, seq: lastRun.seq, finishedAt: lastRun.finishedAt?.toISOString() ?? null },
    truncated,
  };
}

/** For each file that holds the same bytes as an earlier one: that one's name. Remembered, because files seldom change. */
const hashes = new Map<string, string>();

async function findCopies(folder: string, files: readonly SeenFile[]): Promise<Map<string, string>> {
  const bySize = groupBySize(files);
  const candidates = [...bySize.values()].filter((group) => group.length > 1 && (group[0]?.bytes ?? 0) <= COMPARED_BYTES_MAX).flat();
  const firstOf = new Map<string, string>();
  const copies = new Map<string, string>();
  for (const file of candidates.slice(0, COMPARED_MAX)) {
    const hash = await hashOf(folder, file).catch(() => undefined);
    if (hash === undefined) continue;
    const first = firstOf.get(hash);
    if (first === undefined) firstOf.set(hash, file.name);
    else copies.set(file.name, first);
  }
  return copies;
}

function groupBySize(files: readonly SeenFile[]): Map<number, SeenFile[]> {
  const groups = new Map<number, SeenFile[]>();
  for (const file of files) groups.set(file.bytes, [...(groups.get(file.bytes) ?? []), file]);
  return groups;
}

async function hashOf(folder: string, file: SeenFile): Promise<string> {
  const key = `${file.name}/${file.bytes}/${file.modified.getTime()}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const digest = await digestOf(join(folder, file.name));
  if (hashes.size >= FILES_MAX) hashes.clear();
  hashes.set(key, digest);
  return digest;
}
