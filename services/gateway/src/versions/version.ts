import { EtlError } from '@retail-etl/contracts';
import { findPublishedRun, type Run } from '@retail-etl/ledger';
import { tablesAsText, hasRunResults, type MergedFile, readShapes, readVersion, runFolders } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';
import { findRunWithFiles } from '../runs/run-files.js';

type Deps = Pick<GatewayDeps, 'config' | 'database'>;

/** States in which a run has made a version. */
export const VERSION_STATES = ['published', 'previewed', 'superseded'] as const;

/** The tables of the summaries that are published; null if nothing is, or the results of its run are gone or damaged. */
export async function readPublishedColumns({ config, database }: Deps): Promise<string | null> {
  const published = await findPublishedRun(database);
  if (published === undefined || !(await hasRunResults(config.dataDir, published.runId))) return null;
  const shapes = await readShapes(runFolders(config.dataDir, published.runId));
  return shapes === undefined ? null : tablesAsText(shapes);
}

/** Why a run's version cannot be published again, as the end of a sentence; null if it can. Both the offer and the refusal ask here. */
export function publishRefusal({ state }: Run, version: readonly MergedFile[] | undefined, publishedColumns: string | null): string | null {
  if (!(VERSION_STATES as readonly string[]).includes(state)) return `it is ${state}`;
  if (version === undefined) return 'its summaries are not kept, or were kept by a release before versions';
  if (publishedColumns !== null && tablesAsText(version.map(({ shape }) => shape)) !== publishedColumns)
    return 'its summaries have other names, keys or types than those that are published';
  return null;
}

/** The run whose version is to be published again. Throws NOT_FOUND, GONE if it is no longer kept, VERSION_UNFIT if it cannot be. */
export async function requireVersion(deps: GatewayDeps, id: string): Promise<Run> {
  const run = await findRunWithFiles(deps, id, 'version');
  const version = await readVersion(runFolders(deps.config.dataDir, run.runId));
  const refusal = publishRefusal(run, version, await readPublishedColumns(deps));
  if (refusal !== null) throw new EtlError('VERSION_UNFIT', `run ${run.runId} cannot be published again: ${refusal}`);
  return run;
}
