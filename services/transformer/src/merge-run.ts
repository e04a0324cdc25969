import { join } from 'node:path';
import { type Engine, withDuckDb } from '@retail-etl/duckdb';
import { mergePartials, type PartialFile } from '@retail-etl/judging';
import { crashPoint } from '@retail-etl/faults';
import { type ErrorCode, EtlError, newAttemptToken, type RunStepData, type StageReport, type StepResult } from '@retail-etl/contracts';
import { fromMillionths, type RunTotals, type SourceBooks, toMillionths } from '@retail-etl/sales';
import { inBatches, READS_MAX, describeFile, removeFiles, verifiedPath } from '@retail-etl/store';
import {
  publishManifest,
  readManifest,
  readOwnManifest,
  type ExtractManifest,
  forgetPartition,
  type PartialManifest,
  type PlanManifest,
  publishRejects,
  type RunFolders,
  runFolders,
  type SummaryManifest,
} from '@retail-etl/staging';
import type { Database } from '@retail-etl/mysql';
import { recordFindings } from '@retail-etl/ledger';
import type { StepContext } from '@retail-etl/runtime';
import { balanceBooks, gatherBooks } from './balance-books.js';

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
  const { plan, extracts, chunks, partials } = await readManifests(folders);
  if (!deps.allowDuplicateFiles) refuseDuplicates(extracts);
  await publishRejects(
    folders,
    partials.map((partial) => partial.rejectsFile).filter((name) => name !== null),
  );
  crashPoint('merge.after-rejects');

  const output = `summary-${newAttemptToken()}.csv`;
  let isPublished = false;
  let isVerified = false;
  try {
    const files = await verifyPartials(folders, chunks, partials);
    isVerified = true;
    const books = gatherBooks(extracts, partials);
    const { overflow, ...summary } = await withDuckDb(deps.engine, context.signal, (connection) =>
      mergePartials(connection, files, join(folders.staging, output), context.signal),
    );
    if (overflow !== null) {
      // The books say where the total comes from, or that it is none.
      await recordFindings(deps.database, data.runId, data.epoch, { sources: books });
      balanceBooks(books, extracts, summary);
      throw new EtlError('TARGET_OVERFLOW', overflow);
    }
    context.signal.throwIfAborted();
    crashPoint('merge.after-summary-file');
    const totals = addUp(books, summary);
    const manifest: SummaryManifest = {
      file: await describeFile(folders.staging, output),
      ...summary,
      startedAt,
      finishedAt: new Date().toISOString(),
    };
    const stages = stageReports(plan, extracts, partials, manifest);
    await recordFindings(deps.database, data.runId, data.epoch, { sources: books, totals, stages });
    crashPoint('merge.after-findings');

    balanceBooks(books, extracts, summary);
    checkRejectRatio(books, deps.maxRejectRatio);
    if (summary.products === 0) {
      throw new EtlError(
        'SUMMARY_EMPTY',
        `none of ${totals.rowsRead} rows was accepted: ${totals.rowsRejected} rejected, ${totals.rowsSkipped} skipped`,
      );
    }
    const { won } = await publishManifest(folders.summaryManifest, manifest);
    isPublished = won;
    crashPoint('merge.after-manifest');
    if (!won) await removeFiles([join(folders.staging, output)]);
    const note = `${totals.rowsRead} read = ${totals.rowsAccepted} accepted + ${totals.rowsRejected} rejected + ${totals.rowsSkipped} skipped; ${summary.products} products`;
    await context.note(note);
    return { rows: summary.products, note };
  } catch (error) {
    // What a published manifest names has to stay, whatever failed after it.
    if (!isPublished) await removeFiles([join(folders.staging, output)]).catch(() => undefined);
    if (isVerified && !context.signal.aborted && error instanceof EtlError && SUSPICIOUS.has(error.code)) {
      for (const chunk of chunks) await forgetPartition(folders, chunk);
    }
    throw error;
  }
}

interface RunManifests {
  readonly plan: PlanManifest;
  readonly extracts: readonly ExtractManifest[];
  readonly chunks: readonly string[];
  readonly partials: readonly PartialManifest[];
}

async function readManifests(folders: RunFolders): Promise<RunManifests> {
  const plan = await readManifest<PlanManifest>(folders.planManifest);
  if (plan === undefined) throw new EtlError('STAGED_CORRUPT', 'the plan of the run is gone');
  const extracts = await inBatches(plan.partitions, READS_MAX, async ({ name }) => {
    const extract = await readManifest<ExtractManifest>(folders.extractManifest(name));
    if (extract === undefined) throw new EtlError('STAGED_CORRUPT', `partition ${name} has not been extracted whole`);
    return extract;
  });
  const chunks = extracts.flatMap((extract) => extract.chunks);
  const partials = await inBatches(chunks, READS_MAX, async (chunk) => {
    const partial = await readOwnManifest<PartialManifest>(folders.partialManifest(chunk));
    // One without `sums` is of an older version, whose partials hold something else.
    if (partial !== undefined && Object.hasOwn(partial, 'sums')) return partial;
    await forgetPartition(folders, chunk);
    throw new EtlError('STAGED_CORRUPT', `chunk ${chunk} has not been transformed`);
  });
  return { plan, extracts, chunks, partials };
}

/** The partials as files to be read. A damaged one is forgotten together with its partition, so that a retry makes it again. */
async function verifyPartials(
  folders: RunFolders,
  chunks: readonly string[],
  partials: readonly PartialManifest[],
): Promise<PartialFile[]> {
  return inBatches(partials, READS_MAX, async ({ file, sums }, index) => {
    try {
      return { path: await verifiedPath(folders.partials, file), sums };
    } catch (error) {
      if (error instanceof EtlError) await forgetPartition(folders, chunks[index]!);
      throw error;
    }
  });
}

function refuseDuplicates(extracts: readonly ExtractManifest[]): void {
  const seen = new Map<string, string>();
  for (const { file, sha256 } of extracts.flatMap((extract) => extract.sources)) {
    if (file === null || sha256 === null) continue;
    const other = seen.get(sha256);
    if (other !== undefined) throw new EtlError('FILE_DUPLICATE', `${[other, file].sort().join(' and ')} have the same content`);
    seen.set(sha256, file);
  }
}

function addUp(books: readonly SourceBooks[], summary: Omit<SummaryManifest, 'file' | 'startedAt' | 'finishedAt'>): RunTotals {
  const sum = (count: (each: SourceBooks) => number): number => books.reduce((total, each) => total + count(each), 0);
  return {
    rowsRead: sum((each) => each.rowsRead),
    rowsAccepted: sum((each) => each.rowsAccepted),
    rowsRejected: sum((each) => each.rowsRejected),
    rowsSkipped: sum((each) => each.rowsSkipped),
    products: summary.products,
    quantity: summary.quantity,
    amount: fromMillionths(toMillionths(summary.amount)),
    publishedAmount: summary.publishedAmount,
  };
}

function checkRejectRatio(books: readonly SourceBooks[], max: number): void {
  for (const source of new Set(books.map((each) => each.source))) {
    const own = books.filter((each) => each.source === source);
    const read = own.reduce((sum, each) => sum + each.rowsRead, 0);
    const rejected = own.reduce((sum, each) => sum + each.rowsRejected, 0);
    if (read > 0 && rejected / read > max) {
      throw new EtlError(
        'REJECT_RATIO',
        `${source}: ${rejected} of ${read} rows were rejected (${(rejected / read).toFixed(4)}, allowed ${max})`,
      );
    }
  }
}

function stageReports(
  plan: PlanManifest,
  extracts: readonly ExtractManifest[],
  partials: readonly PartialManifest[],
  summary: SummaryManifest,
): StageReport[] {
  const first = (times: readonly string[]): string => times.reduce((a, b) => (a < b ? a : b));
  const last = (times: readonly string[]): string => times.reduce((a, b) => (a > b ? a : b));
  return [
    {
      name: 'extract',
      startedAt: plan.startedAt,
      finishedAt: last([plan, ...extracts].map((step) => step.finishedAt)),
      jobs: 1 + extracts.length,
    },
    {
      name: 'transform',
      startedAt: first([summary, ...partials].map((step) => step.startedAt)),
      finishedAt: summary.finishedAt,
      jobs: 1 + partials.length,
    },
  ];
}
