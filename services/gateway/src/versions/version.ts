import { EtlError } from '@retail-etl/contracts';
import { findPublishedRun, type Run } from '@retail-etl/ledger';
import type { SummaryShape } from '@retail-etl/sales';
import { type MergedFile, readVersion, runFolders } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';
import { findRunWithFiles } from '../runs/run-files.js';

type Deps = Pick<GatewayDeps, 'config' | 'database'>;

/** States in which a run has made a version. */
export const VERSION_STATES = ['published', 'previewed', 'superseded'] as const;

/** The shapes of the summaries that are published, as one text; null if nothing is, or its run kept no version. */
export async function readPublishedShapes({ config, database }: Deps): Promise<string | null> {
  const published = await findPublishedRun(database);
  const version = published === undefined ? undefined : await readVersion(runFolders(config.dataDir, published.runId));
  return version === undefined ? null : shapesOf(version);
}

/** Why a run's version cannot be published again, as the end of a sentence; null if it can. Both the offer and the refusal ask here. */
export function publishRefusal({ state }: Run, version: readonly MergedFile[] | undefined, publishedShapes: string | null): string | null {
  if (!(VERSION_STATES as readonly string[]).includes(state)) return `it is ${state}`;
  if (version === undefined) return 'its summaries are not kept, or were kept by a release before versions';
  if (publishedShapes !== null && shapesOf(version) !== publishedShapes)
    return 'its summaries have other names, keys or types than those that are published';
  return null;
}

/** The run whose version is to be published again. Throws NOT_FOUND, GONE if it is no longer kept, VERSION_UNFIT if it cannot be. */
export async function requireVersion(deps: GatewayDeps, id: string): Promise<Run> {
  const run = await findRunWithFiles(deps, id, 'version');
  const version = await readVersion(runFolders(deps.config.dataDir, run.runId));
  const refusal = publishRefusal(run, version, await readPublishedShapes(deps));
  if (refusal !== null) throw new EtlError('VERSION_UNFIT', `run ${run.runId} cannot be published again: ${refusal}`);
  return run;
}

/** What two versions must have in common to stand in the same tables. */
function shapesOf(version: readonly MergedFile[]): string {
  const columns = ({ name, keys, quantity, amount, returned }: SummaryShape): unknown => [
    name,
    keys.map((key) => [key.name, key.type]),
    [quantity.type, amount.type, returned?.quantity.type, returned?.amount.type],
  ];
  return JSON.stringify(version.map(({ shape }) => columns(shape)));
}
