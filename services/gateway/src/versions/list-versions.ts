import { listRuns, readPublished, type Run } from '@retail-etl/ledger';
import type { Version, VersionList } from '@retail-etl/sales';
import { type MergedFile, readVersion, runFolders } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';
import { publishRefusal, readPublishedShapes, VERSION_STATES } from './version.js';

const DAY_MS = 86_400_000;

/** What runs have made of the sources, newest first, with whether and until when it can be published again. */
export async function listVersions(
  deps: GatewayDeps,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<VersionList> {
  const { database, config } = deps;
  const [runs, published, publishedShapes] = await Promise.all([
    listRuns(database, { states: VERSION_STATES, beforeSeq: page.before, limit: page.limit }),
    readPublished(database),
    readPublishedShapes(deps),
  ]);
  const versions = await Promise.all(
    runs.map(async (run): Promise<Version[]> => {
      const kept = await readVersion(runFolders(config.dataDir, run.runId));
      const isPublished = run.seq === published.seq;
      const keptUntil = isPublished || kept === undefined ? null : keptUntilOf(run, config.runRetentionDays);
      const refusal = publishRefusal(run, kept, publishedShapes);
      return describe(run, { kept, isPublished, keptUntil, refusal });
    }),
  );
  return {
    versions: versions.flat(),
    next: runs.length === page.limit ? (runs.at(-1)?.seq ?? null) : null,
    retentionDays: config.runRetentionDays,
  };
}

function keptUntilOf({ finishedAt }: Run, days: number): string | null {
  return finishedAt === null ? null : new Date(finishedAt.getTime() + days * DAY_MS).toISOString();
}

/** None: the run ended before it was merged. */
function describe(
  run: Run,
  facts: Pick<Version, 'isPublished' | 'keptUntil' | 'refusal'> & { readonly kept: readonly MergedFile[] | undefined },
): Version[] {
  const { totals, sources, changes, madeBy = null, held } = run.findings;
  if (totals === null) return [];
  const { kept, ...rest } = facts;
  return [
    {
      id: run.runId,
      seq: run.seq,
      state: run.state,
      finishedAt: run.finishedAt?.toISOString() ?? null,
      publishedAt: run.state === 'published' ? (run.committedAt?.toISOString() ?? null) : null,
      madeBy,
      held: held !== undefined,
      files: sources.filter(({ file }) => file !== null).length,
      products: totals.products,
      quantity: totals.quantity,
      amount: totals.publishedAmount,
      changes,
      bytes: kept?.reduce((sum, { file }) => sum + file.bytes, 0) ?? null,
      ...rest,
    },
  ];
}
