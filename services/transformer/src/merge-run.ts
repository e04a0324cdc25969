import { join } from 'node:path';
import { type ErrorCode, EtlError, newAttemptToken, type RunStepData, type StepResult } from '@retail-etl/contracts';
import { type Engine, withDuckDb } from '@retail-etl/duckdb';
import { crashPoint } from '@retail-etl/faults';
import { type MergedSummary, mergePartials } from '@retail-etl/judging';
import { recordFindings } from '@retail-etl/ledger';
import type { Database } from '@retail-etl/mysql';
import type { StepContext } from '@retail-etl/runtime';
import type { RunTotals } from '@retail-etl/sales';
import {
  forgetPartition,
  publishManifest,
  publishRejects,
  readOwnManifest,
  type RunFolders,
  runFolders,
  type SummaryManifest,
} from '@retail-etl/staging';
import { describeFile, removeFiles } from '@retail-etl/store';
import { balanceBooks, gatherBooks } from './balance-books.js';
import { addUp, stageReports } from './run-figures.js';
import { checkRejectRatio, refuseContradictingDates, refuseDuplicates, refuseStopped } from './run-limits.js';
import { readManifests, type RunManifests, verifyPartials } from './run-manifests.js';

/**
 * What partials that are as their manifests say should never lead to. One may have been damaged before its manifest was made, so a retry
 * begins with the sources. DuckDB has many words for a damaged file, most of which are INTERNAL here.
 */
const SUSPICIOUS: ReadonlySet<ErrorCode> = new Set(['BOOKS_UNBALANCED', 'STAGED_CORRUPT', 'INTERNAL']);

export interface MergeDeps {
  readonly dataDir: string;
  readonly database: Database;
  readonly engine: Engine;
  /** 0 to 1, for each source with all its files together. */
  readonly maxRejectRatio: number;
  readonly allowDuplicateFiles: boolean;
}

/**
 * Merges the partial sums of exactly the chunks that complete extract manifests list, balances the books, and applies the run's
 * limits. The books are in the ledger before any limit fails the run, so that they and the rejects can be read.
 */
export async function mergeRun(data: RunStepData, deps: MergeDeps, context: StepContext): Promise<StepResult> {
  const folders = runFolders(deps.dataDir, data.runId);
  const done = await readOwnManifest<SummaryManifest>(folders.summaryManifest);
  if (done !== undefined) return { rows: done.products, note: 'already merged' };
  const startedAt = new Date().toISOString();
  const manifests = await readManifests(folders);
  if (!deps.allowDuplicateFiles) refuseDuplicates(manifests.extracts);
  await publishRejects(
    folders,
    manifests.partials.map((partial) => partial.rejectsFile).filter((name) => name !== null),
  );
  crashPoint('merge.after-rejects');
  const merge: Merge = { data, deps, context, folders, startedAt, manifests, output: `summary-${newAttemptToken()}.csv` };
  let isPublished = false;
  try {
    const { totals, won } = await mergeSums(merge);
    isPublished = won;
    const note = `${totals.rowsRead} read = ${totals.rowsAccepted} accepted + ${totals.rowsRejected} rejected + ${totals.rowsSkipped} skipped; ${totals.products} products`;
    await context.note(note);
    return { rows: totals.products, note };
  } finally {
    // What a published manifest names has to stay.
    if (!isPublished) await removeFiles([join(folders.staging, merge.output)]).catch(() => undefined);
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
  /** The file that this attempt writes, in the run's staging folder. */
  readonly output: string;
}

/** `won`: this attempt's summary is the one that counts. */
async function mergeSums(merge: Merge): Promise<{ totals: RunTotals; won: boolean }> {
  const { folders, manifests, deps, context } = merge;
  const files = await verifyPartials(folders, manifests.chunks, manifests.partials);
  try {
    const summary = await withDuckDb(deps.engine, context.signal, (connection) =>
      mergePartials(connection, files, join(folders.staging, merge.output), context.signal),
    );
    const { totals, manifest } = await checkBooks(merge, summary);
    const { won } = await publishManifest(folders.summaryManifest, manifest);
    crashPoint('merge.after-manifest');
    return { totals, won };
  } catch (error) {
    if (!context.signal.aborted && error instanceof EtlError && SUSPICIOUS.has(error.code)) {
      for (const chunk of manifests.chunks) await forgetPartition(folders, chunk);
    }
    throw error;
  }
}

/** Records the books, then balances them and applies the run's limits, so that a run which fails here can be read. */
async function checkBooks(merge: Merge, { overflow, ...sums }: MergedSummary): Promise<{ totals: RunTotals; manifest: SummaryManifest }> {
  const { data, deps, context, folders, manifests, startedAt } = merge;
  const books = gatherBooks(manifests.extracts, manifests.partials);
  if (overflow !== null) {
    // The books say where the total comes from, or that it is none.
    await recordFindings(deps.database, data.runId, data.epoch, { sources: books });
    refuseStopped(manifests.extracts, books, deps.maxRejectRatio);
    balanceBooks(books, manifests.extracts, sums);
    throw new EtlError('TARGET_OVERFLOW', overflow);
  }
  context.signal.throwIfAborted();
  crashPoint('merge.after-summary-file');
  const totals = addUp(books, sums);
  const file = await describeFile(folders.staging, merge.output);
  const manifest: SummaryManifest = { file, ...sums, startedAt, finishedAt: new Date().toISOString() };
  const stages = stageReports(manifests.plan, manifests.extracts, manifests.partials, manifest);
  await recordFindings(deps.database, data.runId, data.epoch, { sources: books, totals, stages });
  crashPoint('merge.after-findings');

  refuseStopped(manifests.extracts, books, deps.maxRejectRatio);
  balanceBooks(books, manifests.extracts, sums);
  refuseContradictingDates(manifests.partials);
  checkRejectRatio(books, deps.maxRejectRatio);
  refuseEmptySummary(totals);
  return { totals, manifest };
}

function refuseEmptySummary({ products, rowsRead, rowsRejected, rowsSkipped }: RunTotals): void {
  if (products > 0) return;
  throw new EtlError('SUMMARY_EMPTY', `none of ${rowsRead} rows was accepted: ${rowsRejected} rejected, ${rowsSkipped} skipped`);
}
