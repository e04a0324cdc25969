import { EtlError } from '@retail-etl/contracts';
import { findRun, type Run } from '@retail-etl/ledger';
import { addDecimals, plainDecimal, type RunComparison, type Sums, type SummaryShape } from '@retail-etl/sales';
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
  const find = async (id: string): Promise<Run> => requireMerged(requireRun(await findRun(deps.database, id), id));
  const [before, after] = [await find(beforeId), await find(afterId)];
  const common = await commonKeys(deps, before, after);
  const compared = page.by === 'file' ? compareFiles(before, after, page) : await compareKeys(deps, [before, after], common, page);
  const nameOf = ({ runId, seq }: Run): RunComparison['before'] => ({ id: runId, seq });
  return { before: nameOf(before), after: nameOf(after), by: page.by, possible: [...common.keys(), 'file'], ...compared };
}

function requireMerged(run: Run): Run {
  if (run.findings.totals === null) throw new EtlError('VERSION_UNFIT', `run ${run.runId} has no sums to compare: it is ${run.state}`);
  return run;
}

type Compared = Pick<RunComparison, 'counts' | 'totals' | 'rows' | 'next'>;

/** What runs have read is in their reports, which outlive their files. */
function compareFiles({ findings: before }: Run, { findings: after }: Run, { offset, limit }: ComparisonPage): Compared {
  const pairs = pairBooks(before.sources, after.sources);
  const rows = largestFirst(pairs);
  const total = (sums: readonly (Sums | null)[]): Sums => ({
    quantity: addDecimals(
      sums.map((each) => each?.quantity ?? '0'),
      0,
    ),
    amount: addDecimals(sums.map((each) => each?.amount ?? '0')),
  });
  const totals = { before: total(pairs.map((pair) => pair.before)), after: total(pairs.map((pair) => pair.after)) };
  return {
    counts: countPairs(pairs),
    totals: { ...totals, difference: differenceOf(totals.before, totals.after) },
    rows: rows.slice(offset, offset + limit),
    next: nextOf(offset, limit, rows.length),
  };
}

async function compareKeys(
  deps: GatewayDeps,
  runs: readonly [Run, Run],
  common: ReadonlyMap<string, string>,
  { by, offset, limit }: ComparisonPage,
): Promise<Compared> {
  for (const { runId } of runs) await findRunWithFiles(deps, runId, 'summary');
  const name = common.get(by);
  if (name === undefined)
    throw new EtlError('VERSION_UNFIT', `these runs have no summary by ${by} in common, only by ${[...common.keys(), 'file'].join(', ')}`);
  const [before, after] = [await fileOf(deps, runs[0], name), await fileOf(deps, runs[1], name)];
  const { rows, totals, ...counts } = await inTurn(async () => {
    const reader = await openReader(deps.config.dataDir);
    try {
      const { compareSummaries } = await import('@retail-etl/judging');
      return await compareSummaries(reader.connection, before, after, { by, offset, limit });
    } finally {
      reader.close();
    }
  });
  const pair = (from: Sums | null, to: Sums | null): Pick<RunComparison['rows'][number], 'before' | 'after' | 'difference'> => ({
    before: from === null ? null : plain(from),
    after: to === null ? null : plain(to),
    difference: plain(differenceOf(from, to)),
  });
  return {
    counts,
    totals: { before: plain(totals.before), after: plain(totals.after), difference: plain(differenceOf(totals.before, totals.after)) },
    rows: rows.map(({ key, ...sums }) => ({ source: null, key, ...pair(sums.before, sums.after) })),
    next: nextOf(offset, limit, counts.added + counts.removed + counts.changed),
  };
}

const plain = ({ quantity, amount }: Sums): Sums => ({ quantity: plainDecimal(quantity, 0), amount: plainDecimal(amount, 2) });

async function fileOf({ config }: GatewayDeps, run: Run, name: string): Promise<{ path: string; shape: SummaryShape }> {
  const folders = runFolders(config.dataDir, run.runId);
  const path = folders.summaryCsv(name);
  if ((await describeKeptFile(path)) === null)
    throw new EtlError('VERSION_UNFIT', `run ${run.runId} has kept no ${name}: it is ${run.state}`);
  return { path, shape: (await readShapes(folders))!.find((shape) => shape.name === name)! };
}

function nextOf(offset: number, limit: number, total: number): number | null {
  return offset + limit < total ? offset + limit : null;
}

/** The keys that both have a summary by, each with the one of the fewest keys. */
async function commonKeys({ config }: GatewayDeps, ...runs: readonly [Run, Run]): Promise<Map<string, string>> {
  const [before = [], after = []] = await Promise.all(runs.map(({ runId }) => readShapes(runFolders(config.dataDir, runId))));
  const keysOf = (shape: SummaryShape): string[] => shape.keys.map(({ name }) => name);
  const isCommon = (shape: SummaryShape): boolean =>
    after.some((other) => other.name === shape.name && keysOf(other).join() === keysOf(shape).join());
  const fewestKeysLast = before.filter(isCommon).toSorted((left, right) => right.keys.length - left.keys.length);
  return new Map(fewestKeysLast.flatMap((shape) => keysOf(shape).map((key): [string, string] => [key, shape.name])));
}
