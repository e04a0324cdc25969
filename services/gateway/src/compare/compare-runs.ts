import { EtlError } from '@retail-etl/contracts';
import { findRun, type Run } from '@retail-etl/ledger';
import { addDecimals, plainDecimal, type RunComparison, type SummaryShape } from '@retail-etl/sales';
import { readShapes, runFolders } from '@retail-etl/staging';
import { describeKeptFile } from '@retail-etl/store';
import type { GatewayDeps } from '../deps.js';
import { openReader } from '../ops/open-reader.js';
import { requireRun } from '../runs/require-run.js';
import { findRunWithFiles } from '../runs/run-files.js';
import { inTurn } from '../summary/reading-turns.js';
import { countPairs, differenceOf, largestFirst, pairBooks } from './compare-books.js';

export interface ComparisonPage {
  /** `file`, or a key column of a summary. */
  readonly by: string;
  readonly offset: number;
  readonly limit: number;
}

/** How the sums of the second run differ from those of the first. Throws NOT_FOUND, GONE, VERSION_UNFIT if they cannot be compared so, RATE_LIMITED. */
export async function compareRuns(deps: GatewayDeps, beforeId: string, afterId: string, page: ComparisonPage): Promise<RunComparison> {
  const [before, after] = await Promise.all(
    [beforeId, afterId].map((id) => (page.by === 'file' ? withBooks(deps, id) : withSummaries(deps, id))),
  );
  const compared = page.by === 'file' ? compareFiles(before!.run, after!.run, page) : await compareKeys(deps, before!, after!, page);
  return {
    before: { id: before!.run.runId, seq: before!.run.seq },
    after: { id: after!.run.runId, seq: after!.run.seq },
    by: page.by,
    ...compared,
  };
}

type Compared = Pick<RunComparison, 'possible' | 'counts' | 'totals' | 'rows' | 'next'>;

interface RunWithSummaries {
  readonly run: Run;
  readonly shapes: readonly SummaryShape[];
}

/** What a run has read is in its report, which outlives its files. */
async function withBooks({ database }: GatewayDeps, id: string): Promise<RunWithSummaries> {
  return { run: requireMerged(requireRun(await findRun(database, id), id)), shapes: [] };
}

async function withSummaries(deps: GatewayDeps, id: string): Promise<RunWithSummaries> {
  const run = requireMerged(await findRunWithFiles(deps, id, 'summary'));
  return { run, shapes: await readShapes(runFolders(deps.config.dataDir, run.runId)) };
}

function requireMerged(run: Run): Run {
  if (run.findings.totals === null) throw new EtlError('VERSION_UNFIT', `run ${run.runId} has no sums to compare: it is ${run.state}`);
  return run;
}

function compareFiles({ findings: before }: Run, { findings: after }: Run, { offset, limit }: ComparisonPage): Compared {
  const pairs = pairBooks(before.sources, after.sources);
  const rows = largestFirst(pairs);
  const total = (side: 'before' | 'after'): { quantity: string; amount: string } => ({
    quantity: addDecimals(
      pairs.map((pair) => pair[side]?.quantity ?? '0'),
      0,
    ),
    amount: addDecimals(pairs.map((pair) => pair[side]?.amount ?? '0')),
  });
  const totals = { before: total('before'), after: total('after') };
  return {
    possible: ['file'],
    counts: countPairs(pairs),
    totals: { ...totals, difference: differenceOf(totals.before, totals.after) },
    rows: rows.slice(offset, offset + limit),
    next: nextOf(offset, limit, rows.length),
  };
}

async function compareKeys(deps: GatewayDeps, before: RunWithSummaries, after: RunWithSummaries, page: ComparisonPage): Promise<Compared> {
  const { by, offset, limit } = page;
  const common = commonKeys(before.shapes, after.shapes);
  const name = common.get(by);
  if (name === undefined)
    throw new EtlError('VERSION_UNFIT', `these runs have no summary by ${by} in common, only by ${[...common.keys(), 'file'].join(', ')}`);
  const fileOf = async ({ run, shapes }: RunWithSummaries): Promise<{ path: string; shape: SummaryShape }> => {
    const path = runFolders(deps.config.dataDir, run.runId).summaryCsv(name);
    if ((await describeKeptFile(path)) === null)
      throw new EtlError('VERSION_UNFIT', `run ${run.runId} has kept no ${name}: it is ${run.state}`);
    return { path, shape: shapes.find((shape) => shape.name === name)! };
  };
  const [left, right] = [await fileOf(before), await fileOf(after)];
  const found = await inTurn(async () => {
    const reader = await openReader(deps.config.dataDir);
    try {
      const { compareSummaries } = await import('@retail-etl/judging');
      return await compareSummaries(reader.connection, left, right, { by, offset, limit });
    } finally {
      reader.close();
    }
  });
  const { rows, totals, ...counts } = found;
  const plain = (sums: { quantity: string; amount: string }): { quantity: string; amount: string } => ({
    quantity: plainDecimal(sums.quantity, 0),
    amount: plainDecimal(sums.amount, 2),
  });
  const difference = (from: { quantity: string; amount: string } | null, to: typeof from): { quantity: string; amount: string } =>
    plain(differenceOf(from, to));
  return {
    possible: [...common.keys(), 'file'],
    counts,
    totals: { before: plain(totals.before), after: plain(totals.after), difference: difference(totals.before, totals.after) },
    rows: rows.map(({ key, before: from, after: to }) => ({
      source: null,
      key,
      before: from === null ? null : plain(from),
      after: to === null ? null : plain(to),
      difference: difference(from, to),
    })),
    next: nextOf(offset, limit, counts.added + counts.removed + counts.changed),
  };
}

function nextOf(offset: number, limit: number, total: number): number | null {
  return offset + limit < total ? offset + limit : null;
}

/** The keys that both have a summary by, each with the one of the fewest keys. */
function commonKeys(before: readonly SummaryShape[], after: readonly SummaryShape[]): Map<string, string> {
  const keysOf = (shape: SummaryShape): string[] => shape.keys.map(({ name }) => name);
  const common = before.filter(({ name, keys }) =>
    after.some((other) => other.name === name && keysOf(other).join() === keys.map((key) => key.name).join()),
  );
  const widestFirst = [...common].sort((left, right) => right.keys.length - left.keys.length);
  return new Map(widestFirst.flatMap((shape) => keysOf(shape).map((key): [string, string] => [key, shape.name])));
}
