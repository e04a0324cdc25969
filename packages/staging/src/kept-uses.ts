import { join } from 'node:path';
import {
  inBatches,
  listFolders,
  listNames,
  makeFolders,
  READS_MAX,
  readJson,
  removeFiles,
  removeFolder,
  replaceJson,
} from '@retail-etl/store';
import { KEPT_NAME } from './kept-keys.js';
import { keptFolder } from './run-folders.js';

/** What a run uses of what is kept: partitions and summaries, by key. */
interface Use {
  readonly keys: readonly string[];
  /** False: the run has only been planned. */
  readonly isMerged: boolean;
}

const usesFolder = (dataDir: string): string => join(keptFolder(dataDir), 'uses');

/** Which run uses what, the oldest run first. */
async function readUses(dataDir: string): Promise<(Use & { runId: string })[]> {
  const names = (await listNames(usesFolder(dataDir)).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  return inBatches(names, READS_MAX, async (name) => {
    const use = await readJson<Use>(join(usesFolder(dataDir), name)).catch(() => undefined);
    return { runId: name.slice(0, -'.json'.length), keys: use?.keys ?? [], isMerged: use?.isMerged ?? false };
  });
}

/** For each key the newest merged run that has used it. */
export async function readLastUses(dataDir: string): Promise<Map<string, string>> {
  const uses = await readUses(dataDir);
  return new Map(uses.filter(({ isMerged }) => isMerged).flatMap(({ runId, keys }) => keys.map((key): [string, string] => [key, runId])));
}

/** Notes what a run uses, in place of what was noted of it before: it is kept from then on. */
export async function noteUse(dataDir: string, runId: string, use: Use): Promise<void> {
  await makeFolders([usesFolder(dataDir)]);
  await replaceJson<Use>(join(usesFolder(dataDir), `${runId}.json`), use);
}

/**
 * Removes what is kept and used by none of the newest `runs` that were merged, by none that was planned after these, and by none of `runIds`. What a working
 * run has taken over stays in any case, because it has names of its own for the files. Returns how many are gone.
 */
export async function sweepKept(
  dataDir: string,
  { runs, runIds }: { readonly runs: number; readonly runIds: readonly string[] },
): Promise<number> {
  // Before the notes are read: what is kept later is noted later.
  const found: { name: string; path: string }[] = [];
  for (const kind of ['partitions', 'summaries']) {
    const folder = join(keptFolder(dataDir), kind);
    found.push(...(await listFolders(folder)).filter((name) => KEPT_NAME.test(name)).map((name) => ({ name, path: join(folder, name) })));
  }
  const uses = await readUses(dataDir);
  if (uses.length === 0) return 0;
  const merged = uses.filter(({ isMerged }) => isMerged).map(({ runId }) => runId);
  const last = merged.at(-1) ?? '';
  const kept = new Set([
    ...merged.slice(-runs),
    ...uses
      .filter(({ runId }) => runId > last)
      .map(({ runId }) => runId)
      .slice(-runs),
    ...runIds,
  ]);
  const used = new Set(uses.filter(({ runId }) => kept.has(runId)).flatMap(({ keys }) => keys));
  await removeFiles(uses.filter(({ runId }) => !kept.has(runId)).map(({ runId }) => join(usesFolder(dataDir), `${runId}.json`)));
  const unused = found.filter(({ name }) => !used.has(name));
  for (const { path } of unused) await removeFolder(path);
  return unused.length;
}

/** Removes what attempts have left that died while they kept something. For whoever keeps next, which only one does at a time. */
export async function removeHalfKept(dataDir: string): Promise<void> {
  for (const kind of ['partitions', 'summaries']) {
    const folder = join(keptFolder(dataDir), kind);
    for (const name of await listFolders(folder)) if (name.endsWith('.tmp')) await removeFolder(join(folder, name));
  }
}
