import { join } from 'node:path';
import type { GatewayConfig } from '@retail-etl/config';
import { isStoreFileName, SAMPLE_TABLE, type SourceBooks } from '@retail-etl/sales';
import type { Sources, SourceStatus } from '@retail-etl/contracts';
import { digestOf, lookAtFiles, lookAtTree, type SeenFile } from '@retail-etl/store';
import type { Run } from '@retail-etl/ledger';
import { type Declared, describeDeclared, readDeclared } from './declared-sources.js';

/** Files shown; a folder with more is cut, and the answer says so. */
const FILES_MAX = 2_000;
/** Files up to this size are compared byte by byte with others of the same size. Larger ones are left to the run. */
const COMPARED_BYTES_MAX = 64 * 1024 * 1024;
/** Files compared for one answer. */
const COMPARED_MAX = 50;

/** What a run would read now, and what the last run made of it. */
export async function listSources(config: Pick<GatewayConfig, 'dataDir' | 'sourcesFile'>, lastRun: Run | undefined): Promise<Sources> {
  const folder = join(config.dataDir, 'input');
  const declared = await readDeclared(config);
  const { files, truncated } = await (declared === null
    ? lookAtFiles(folder, isStoreFileName, FILES_MAX)
    : lookAtTree(folder, declared.isWanted, FILES_MAX));
  const books = lastRun?.findings.sources ?? [];
  const seen = await seeFiles({ folder, declared, lastRun }, files);
  // Without its declaration nobody can say whether a file of the last run is still one.
  const gone = truncated || (declared !== null && declared.problem !== null) ? [] : goneFiles(books, files, declared);
  return {
    table: declared === null ? { name: SAMPLE_TABLE, lastRows: books.find((book) => book.file === null)?.rowsRead ?? null } : null,
    ...(declared === null ? {} : { declaration: describeDeclared(declared, books) }),
    files: [...seen, ...gone],
    lastRun: lastRun === undefined ? null : { id: lastRun.runId, seq: lastRun.seq, finishedAt: lastRun.finishedAt?.toISOString() ?? null },
    truncated,
  };
}

type Listed = Sources['files'][number];

/** What files are compared with. */
interface Compared {
  readonly folder: string;
  readonly declared: Declared | null;
  readonly lastRun: Run | undefined;
}

async function seeFiles({ folder, declared, lastRun }: Compared, files: readonly SeenFile[]): Promise<Listed[]> {
  const claimsOf = new Map(files.map(({ name }) => [name, declared === null ? null : declared.claims(name)]));
  const comparable = files.filter(
    ({ name, hasTextName }) => hasTextName && (declared === null || (claimsOf.get(name)?.length === 1 && !declared.mayRepeat(name))),
  );
  const copies = await findCopies(folder, comparable);
  const rowsOf = rowsByFile(lastRun?.findings.sources ?? []);
  const since = lastRun?.startedAt ?? lastRun?.createdAt;

  const status = (file: SeenFile): SourceStatus => {
    const claims = claimsOf.get(file.name) ?? null;
    if (claims !== null && claims.length !== 1) return claims.length === 0 ? 'unclaimed' : 'ambiguous';
    if (!file.hasTextName) return 'refused';
    if (copies.has(file.name)) return 'duplicate';
    if (!rowsOf.has(file.name) || since === undefined) return 'new';
    return file.modified > since ? 'changed' : 'unchanged';
  };
  return files.map((file) => {
    const claims = claimsOf.get(file.name) ?? null;
    return {
      name: file.name,
      bytes: file.bytes,
      modifiedAt: file.modified.toISOString(),
      lastRows: rowsOf.get(file.name) ?? null,
      status: status(file),
      sameAs: copies.get(file.name) ?? null,
      ...(claims === null ? {} : { claimedBy: [...claims] }),
    };
  });
}

const rowsByFile = (books: readonly SourceBooks[]): Map<string, number> =>
  new Map(books.flatMap(({ file, rowsRead }) => (file === null ? [] : [[file, rowsRead]])));

function goneFiles(books: readonly SourceBooks[], files: readonly SeenFile[], declared: Declared | null): Listed[] {
  const names = new Set(files.map((file) => file.name));
  const gone = [...rowsByFile(books)].filter(([name]) => !names.has(name));
  return gone.map(([name, lastRows]) => ({
    name,
    bytes: null,
    modifiedAt: null,
    lastRows,
    status: 'gone',
    sameAs: null,
    ...(declared === null ? {} : { claimedBy: [...declared.claims(name)] }),
  }));
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
