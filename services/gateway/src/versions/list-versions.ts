import { findRun, listRuns, readPublished, type Run } from '@retail-etl/ledger';
import type { Version, VersionList } from '@retail-etl/sales';
import { type MergedFile, readVersion, runFolders } from '@retail-etl/staging';
import type { GatewayDeps } from '../deps.js';
import { publishRefusal, readPublishedColumns, VERSION_STATES } from './version.js';

const DAY_MS = 86_400_000;

/** What runs have made of the sources, newest first, with whether and until when it can be published again. */
export async function listVersions(
  deps: GatewayDeps,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<VersionList> {
  const { database, config } = deps;
  const [runs, published, publishedColumns] = await Promise.all([
    listRuns(database, { states: VERSION_STATES, beforeSeq: page.before, limit: page.limit }),
    readPublished(database),
    readPublishedColumns(deps),
  ]);
  const describeOne = async (run: Run): Promise<Version[]> => {
    const kept = await readVersion(runFolders(config.dataDir, run.runId));
    const isPublished = run.seq === published.seq;
    const keptUntil = isPublished || kept === undefined ? null : keptUntilOf(run, config.runRetentionDays);
    return describe(run, { kept, isPublished, keptUntil, refusal: publishRefusal(run, kept, publishedColumns) });
  };
  const shown = published.runId === null ? undefined : await findRun(database, published.runId);
  return {
    versions: (await Promise.all(runs.map(describeOne))).flat(),
    // It may be on another page.
    published: shown === undefined ? null : ((await describeOne(shown))[0] ?? null),
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
      from: (madeBy ?? run.params).from ?? null,
      to: (madeBy ?? run.params).to ?? null,
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
