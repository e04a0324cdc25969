import { join } from 'node:path';
import { exists, linkFile, listNames, readJson, removeFiles, replaceJson } from '@retail-etl/store';
import type { RunFolders } from './run-folders.js';

/** In format 1, of version 0.1.0, which wrote no number, a reject does not name its source; in format 2 it does not say how many lines it spans. */
const REJECTS_FORMAT = 3;

const manifestPath = ({ results }: RunFolders): string => join(results, 'rejects.json');

interface RejectsManifest {
  readonly format?: number;
  /** Base names of Parquet files below the run's `rejects` folder. */
  readonly files: readonly string[];
}

/** The files that hold a run's rejects. */
export interface RejectFiles {
  readonly paths: readonly string[];
  /** Whether each reject names its source; else one with a file is of `store_sales`, one without of `online_sales`. */
  readonly haveSource: boolean;
  /** Whether each reject of a file says how many lines it spans. */
  readonly haveLines: boolean;
}

/** Says which files hold the run's rejects; those of attempts that did not count are removed. */
export async function publishRejects(folders: RunFolders, files: readonly string[]): Promise<void> {
  await replaceJson<RejectsManifest>(manifestPath(folders), { format: REJECTS_FORMAT, files });
  const stray = (await listNames(folders.rejects)).filter((name) => !files.includes(name));
  await removeFiles(stray.map((name) => join(folders.rejects, name)));
}

/** The files that hold the run's rejects; undefined if the run has none on record (it ended before merging, or by age). */
export async function readRejects(folders: RunFolders): Promise<RejectFiles | undefined> {
  const manifest = await readJson<RejectsManifest>(manifestPath(folders));
  if (manifest === undefined) return undefined;
  const { files, format = 1 } = manifest;
  return { paths: files.map((name) => join(folders.rejects, name)), haveSource: format >= 2, haveLines: format >= 3 };
}

/** Gives one run the rejects of another, as that has them; nothing if it has none on record. */
export async function takeOverRejects(from: RunFolders, to: RunFolders): Promise<void> {
  const manifest = await readJson<RejectsManifest>(manifestPath(from));
  if (manifest === undefined) return;
  const files: string[] = [];
  for (const name of manifest.files) {
    // One that is gone takes nothing from the summaries.
    if (!(await exists(join(from.rejects, name)))) continue;
    await linkFile(join(from.rejects, name), join(to.rejects, name));
    files.push(name);
  }
  await replaceJson(manifestPath(to), { ...manifest, files });
}
