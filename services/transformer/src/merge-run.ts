import { join } from 'node:path';
import { type ErrorCode, EtlError, newAttemptToken, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { type Engine, withDuckDb } from '@retail-etl/duckdb';
import { crashPoint } from '@retail-etl/faults';
import { type MergedSummary, mergePartials, type PartialFile } from '@retail-etl/judging';
import { findPublishedRun, recordFindings } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import { BUILT_IN, type RunFindings, type RunTotals, type SourceBooks, type SummaryShape } from '@retail-etl/sales';
import {
  forgetKeptSummaries,
  forgetPartitions,
  hasPlan,
  type MergedFile,
  publishManifest,
  publishRejects,
  readOwnManifest,
  type RunFolders,
  runFolders,
  summariesKey,
  type SummaryManifest,
  takeKeptSummaries,
} from '@retail-etl/staging';
import { describeFile, removeFiles } from '@retail-etl/store';
import { balanceBooks, gatherBooks } from './balance-books.js';
import { compareHeaders, gatherHeaders } from './compare-headers.js';
import { keepPartitions } from './keep-partitions.js';
import { addUp, stageReports } from './run-figures.js';
import { checkRejectRatio, limitsOf, refuseContradictingDates, refuseDuplicates, refuseStopped, type RunLimits } from './run-limits.js';
import { readManifests, type RunManifests, verifyPartials } from './run-manifests.js';

/**
 * What partials that are as their manifests say should never lead to. One may have been damaged before its manifest was made, so a retry
 * begins with the sources. DuckDB has many words for a damaged file, most of which are INTERNAL here.
 */
const SUSPICIOUS: ReadonlySet<ErrorCode> = new Set(['BOOKS_UNBALANCED', 'STAGED_CORRUPT', 'INTERNAL']);

/** So many files a report names. */
const FILES_TOLD_MAX = 100;

export interface MergeDeps {
  readonly dataDir: string;
  readonly database: Database;
  readonly engine: Engine;
  /** 0 to 1, for each source with all its files together. */
  readonly maxRejectRatio: number;
  readonly allowDuplicateFiles: boolean;
  /** Names of settings that are refused beside a declaration. */
  readonly builtInSettings: readonly string[];
}

/**
 * Merges the partial sums of exactly the chunks that complete extract manifests list, balances the books, and applies the run's
 * limits. The books are in the ledger before any limit fails the run, so that they and the rejects can be read.
 */
export async function mergeRun(data: RunStepData, deps: MergeDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  const done = await readOwnManifest<SummaryManifest>(folders.summaryManifest);
  if (done !== undefined) {
    await keepForLater({ data, deps, context, folders }, done);
    return { rows: done.summaries[0]?.products ?? 0, note: 'already merged' };
  }
  const startedAt = new Date().toISOString();
  const manifests = await readManifests(folders);
  const limits = limitsOf(manifests.plan, deps);
  await publishRejects(
    folders,
    manifests.partials.map((partial) => partial.rejectsFile).filter((name) => name !== null),
  );
  crashPoint('merge.after-rejects');
  const merge: Merge = { data, deps, context, folders, startedAt, manifests, limits, output: `summary-${newAttemptToken()}` };
  let isPublished = false;
  try {
    const { totals, won } = await mergeSums(merge);
    isPublished = won;
    const note = `${totals.rowsRead} read = ${totals.rowsAccepted} accepted + ${totals.rowsRejected} rejected + ${totals.rowsSkipped} skipped; ${totals.products} products`;
    await context.note(note);
    return { rows: totals.products, note };
  } finally {
    // What a published manifest names has to stay.
    if (!isPublished) await removeFiles(shapesOf(merge).map(({ name }) => outputPath(merge, name))).catch(() => undefined);
  }
}

/** One attempt at a merge. */
interface Merge {
  readonly data: RunStepData;
  readonly deps: MergeDeps;
  readonly context: StepContext;
  readonly folders: RunFolders;
  readonly startedAt: string;
  readonly manifests: RunManifests;
  readonly limits: RunLimits;
  /** How the names of the files begin that this attempt writes, in the run's staging folder. */
  readonly output: string;
}

const shapesOf = ({ manifests }: Merge): readonly SummaryShape[] => (manifests.plan.definition ?? BUILT_IN).summaries;

const outputName = ({ output }: Merge, summary: string): string => `${output}-${summary}.csv`;
const outputPath = (merge: Merge, summary: string): string => join(merge.folders.staging, outputName(merge, summary));

/** `won`: this attempt's summary is the one that counts. */
async function mergeSums(merge: Merge): Promise<{ totals: RunTotals; won: boolean }> {
  const { folders, manifests, deps, context } = merge;
  const key = summariesKey(manifests.partials, shapesOf(merge));
  const files = await verifyPartials(folders, manifests.chunks, manifests.partials);
  try {
    const summaries = (await findKept(merge, key)) ?? (await mergeAll(merge, files));
    const { totals, manifest } = await checkBooks(merge, summaries);
    const { won } = await publishManifest(folders.summaryManifest, manifest);
    crashPoint('merge.after-manifest');
    await keepForLater(merge, manifest);
    return { totals, won };
  } catch (error) {
    if (!context.signal.aborted && error instanceof EtlError && SUSPICIOUS.has(error.code)) {
      await forgetPartitions(folders, manifests.chunks);
      await forgetKeptSummaries(deps.dataDir, key);
    }
    throw error;
  }
}

/** The summaries of the very partials of this run, if an earlier run has merged them. A retry merges anew: something was wrong. */
async function findKept(merge: Merge, key: string): Promise<Merged[] | undefined> {
  const { data, deps, manifests } = merge;
  if (data.epoch > 1 || !manifests.plan.partitions.every(({ isReused }) => isReused === true)) return undefined;
  const kept = await takeKeptSummaries(deps.dataDir, key, shapesOf(merge), (name) => outputPath(merge, name));
  return kept?.map((summary) => ({ ...summary, overflow: null }));
}

async function mergeAll(merge: Merge, files: readonly PartialFile[]): Promise<Merged[]> {
  const { deps, context } = merge;
  const summaries: Merged[] = [];
  for (const shape of shapesOf(merge)) {
    // A database of its own for each, so that what one leaves is not held while the next is made.
    const merged = await withDuckDb(deps.engine, context.signal, (connection) =>
      mergePartials(connection, files, shape, outputPath(merge, shape.name), context.signal),
    );
    summaries.push({ shape, ...merged });
    if (merged.overflow !== null) break;
  }
  return summaries;
}

/** A run that cannot keep anything for later ones has still done its own work. One that publishes a version again has read nothing to keep. */
async function keepForLater(
  { data, deps, context, folders, manifests }: Pick<Merge, 'data' | 'deps' | 'context' | 'folders'> & Partial<Merge>,
  { summaries }: SummaryManifest,
): Promise<void> {
  try {
    if (!(await hasPlan(deps.dataDir, data.runId))) return;
    const freshDifferences = await keepPartitions(folders, data.runId, manifests ?? (await readManifests(folders)), summaries);
    if (freshDifferences.length > 0)
      await recordFindings(deps.database, data.runId, data.epoch, { freshDifferences: freshDifferences.slice(0, FILES_TOLD_MAX) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    context.log.warn({ run: data.runId, reason }, 'nothing is kept for later runs');
    await context.note(`nothing is kept for later runs: ${reason}`);
  }
}

/** A summary with what was merged into it. */
interface Merged extends MergedSummary {
  readonly shape: SummaryShape;
}

/** Records the books, then balances them and applies the run's limits, so that a run which fails here can be read. */
async function checkBooks(merge: Merge, summaries: readonly Merged[]): Promise<{ totals: RunTotals; manifest: SummaryManifest }> {
  const { data, deps, context, folders, manifests, limits, startedAt } = merge;
  const books = gatherBooks(manifests.extracts, manifests.partials);
  const check = (): void => {
    refuseStopped(manifests.extracts, books, limits);
    balanceBooks(books, manifests.extracts, summaries);
    refuseDuplicates(manifests.extracts, limits);
  };
  const overflow = summaries.find((summary) => summary.overflow !== null)?.overflow ?? null;
  if (overflow !== null) {
    // The books say where the total comes from, or that it is none.
    await recordFindings(deps.database, data.runId, data.epoch, { sources: books });
    check();
    throw new EtlError('TARGET_OVERFLOW', overflow);
  }
  context.signal.throwIfAborted();
  crashPoint('merge.after-summary-file');
  const merged: MergedFile[] = [];
  for (const { overflow: _none, ...summary } of summaries)
    merged.push({ ...summary, file: await describeFile(folders.staging, outputName(merge, summary.shape.name)) });
  const manifest: SummaryManifest = { summaries: merged, startedAt, finishedAt: new Date().toISOString() };
  const totals = addUp(books, merged[0]!);
  await recordFindings(deps.database, data.runId, data.epoch, {
    ...findings(merge, books, totals, manifest),
    ...(await compareWithPublished(merge)),
  });
  crashPoint('merge.after-findings');

  check();
  refuseContradictingDates(manifests.partials);
  checkRejectRatio(books, limits);
  refuseEmptySummary(totals);
  return { totals, manifest };
}

function findings({ manifests }: Merge, sources: SourceBooks[], totals: RunTotals, manifest: SummaryManifest): Partial<RunFindings> {
  const { definition, inputs = [] } = manifests.plan;
  const further = manifest.summaries.slice(1);
  return {
    sources,
    totals,
    ...(inputs.length === 0 ? {} : { inputs: [...inputs] }),
    stages: stageReports(manifests.plan, manifests.extracts, manifests.partials, manifest),
    ...(definition === undefined || definition.digest === null ? {} : { definition: { sha256: definition.digest } }),
    ...(further.length === 0
      ? {}
      : {
          summaries: further.map(({ shape, products, quantity, amount, publishedAmount }) => ({
            name: shape.name,
            rows: products,
            quantity,
            amount,
            publishedAmount,
          })),
        }),
  };
}

/** How this run differs from the one that is published: headers of the same files, and summaries that are no longer declared. */
async function compareWithPublished(merge: Merge): Promise<Pick<RunFindings, 'headers' | 'readHeaders' | 'staleSummaries'>> {
  const readHeaders = gatherHeaders(merge.manifests.extracts);
  const before = (await findPublishedRun(merge.deps.database))?.findings;
  const headers = compareHeaders(before?.readHeaders ?? [], readHeaders);
  const names = new Set(shapesOf(merge).map(({ name }) => name));
  const stale = [...(before?.summaries ?? []).map(({ name }) => name), ...(before?.staleSummaries ?? [])].filter(
    (name) => !names.has(name),
  );
  return {
    ...(readHeaders.length === 0 ? {} : { readHeaders }),
    ...(headers.length === 0 ? {} : { headers }),
    ...(stale.length === 0 ? {} : { staleSummaries: [...new Set(stale)] }),
  };
}

function refuseEmptySummary({ products, rowsRead, rowsRejected, rowsSkipped }: RunTotals): void {
  if (products > 0) return;
  throw new EtlError('SUMMARY_EMPTY', `none of ${rowsRead} rows was accepted: ${rowsRejected} rejected, ${rowsSkipped} skipped`);
}
