import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { isStoreFileName, SAMPLE_TABLE } from '@retail-etl/sales';
import type { Sources, SourceStatus } from '@retail-etl/contracts';
import type { Run } from '@retail-etl/ledger';

/** Files shown; a folder with more is cut, and the answer says so. */
const FILES_MAX = 2_000;
/** Files up to this size are compared byte by byte with others of the same size. Larger ones are left to the run. */
const COMPARED_BYTES_MAX = 64 * 1024 * 1024;
/** Files compared for one answer. */
const COMPARED_MAX = 50;

interface InputFile {
  readonly name: string;
  readonly bytes: number;
  readonly modified: Date;
}

/** The files a run would read now and what the last run made of them. */
export async function listSources(dataDir: string, lastRun: Run | undefined): Promise<Sources> {
  const folder = join(dataDir, 'input');
  const { files, truncated } = await inputFiles(folder);
  const books = lastRun?.findings.sources ?? [];
  const rowsOf = new Map(books.filter((book) => book.file !== null).map((book) => [book.file as string, book.rowsRead]));
  const copies = await findCopies(folder, files);
  const since = lastRun?.startedAt ?? lastRun?.createdAt;

  const status = (file: InputFile): SourceStatus => {
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

async function inputFiles(folder: string): Promise<{ files: InputFile[]; truncated: boolean }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const wanted = names.filter(isStoreFileName).sort();
  const files: InputFile[] = [];
  for (const name of wanted.slice(0, FILES_MAX)) {
    // A file may go between the listing and the look.
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found?.isFile() === true) files.push({ name, bytes: found.size, modified: found.mtime });
  }
  return { files, truncated: wanted.length > FILES_MAX };
}

/** For each file that holds the same bytes as an earlier one: that one's name. Remembered, because files seldom change. */
const hashes = new Map<string, string>();

async function findCopies(folder: string, files: readonly InputFile[]): Promise<Map<string, string>> {
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

function groupBySize(files: readonly InputFile[]): Map<number, InputFile[]> {
  const groups = new Map<number, InputFile[]>();
  for (const file of files) groups.set(file.bytes, [...(groups.get(file.bytes) ?? []), file]);
  return groups;
}

async function hashOf(folder: string, file: InputFile): Promise<string> {
  const key = `${file.name}/${file.bytes}/${file.modified.getTime()}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, file.name)), hash);
  if (hashes.size >= FILES_MAX) hashes.clear();
  const digest = hash.digest('hex');
  hashes.set(key, digest);
  return digest;
}
