import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest, removeFiles, replaceManifest } from '@retail-etl/store';
import type { RunFolders } from './run-folders.js';

interface RejectsManifest {
  /** Base names of Parquet files below the run's `rejects` folder. */
  readonly files: readonly string[];
}

/** Says which files hold the run's rejects; those of attempts that did not count are removed. */
export async function publishRejects(folders: RunFolders, files: readonly string[]): Promise<void> {
  const path = join(folders.results, 'rejects.json');
  await replaceManifest<RejectsManifest>(path, { files });
  const stray = (await readdir(folders.rejects)).filter((name) => !files.includes(name));
  await removeFiles(stray.map((name) => join(folders.rejects, name)));
}

/** Paths of the files that hold the run's rejects; undefined if the run has none on record (it ended before merging, or by age). */
export async function readRejects(folders: RunFolders): Promise<string[] | undefined> {
  const manifest = await readManifest<RejectsManifest>(join(folders.results, 'rejects.json'));
  return manifest?.files.map((name) => join(folders.rejects, name));
}
