import { EtlError, shownText } from '@retail-etl/contracts';
import { SALES_SUMMARY, type Summary, type SummaryShape } from '@retail-etl/sales';
import type { SummaryFilePage } from '@retail-etl/judging';
import type { Readable } from 'node:stream';
import type { Run } from '@retail-etl/ledger';
import { readShapes, runFolders } from '@retail-etl/staging';
import { describeKeptFile, readKeptFile } from '@retail-etl/store';
import type { GatewayDeps } from '../deps.js';
import { findRunWithFiles } from '../runs/run-files.js';
import { openReader } from '../ops/open-reader.js';
import { inTurn } from './reading-turns.js';

const PAGES_KEPT = 50;

/** Pages read before. A run's summary never changes, so a page that several people look at, or page back to, is read once. */
const kept = new Map<string, Promise<Summary>>();

/** A page of the summary CSV at `path`. Throws RATE_LIMITED when too many wait. */
export function readRunSummary(dataDir: string, { path, modifiedMs, shape }: KeptSummary, page: SummaryFilePage): Promise<Summary> {
  const key = JSON.stringify([path, modifiedMs, page]);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const reading = inTurn(() => readPage(dataDir, { path, shape }, page));
  const oldest = kept.size >= PAGES_KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  kept.set(key, reading);
  reading.catch(() => kept.delete(key));
  return reading;
}

async function readPage(dataDir: string, { path, shape }: Pick<KeptSummary, 'path' | 'shape'>, page: SummaryFilePage): Promise<Summary> {
  const reader = await openReader(dataDir);
  try {
    const { readSummaryPage } = await import('@retail-etl/judging');
    const found = await readSummaryPage(reader.connection, path, shape, page);
    const products = found.products.map(([productId = '', quantity = '', amount = '']) => ({ productId, quantity, amount }));
    const reached = page.offset + products.length;
    return { products, total: found.total, next: products.length > 0 && reached < found.total ? reached : null };
  } finally {
    reader.close();
  }
}

/** A summary CSV that is kept. */
export interface KeptSummary {
  readonly run: Run;
  readonly shape: SummaryShape;
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** When it was written. */
  readonly modifiedMs: number;
  readonly content: () => Readable;
}

/** The summary of this name that a run made. Throws NOT_FOUND or GONE. */
export async function openSummary(deps: GatewayDeps, id: string, name: string = SALES_SUMMARY.name): Promise<KeptSummary> {
  const run = await findRunWithFiles(deps, id, 'summary');
  const folders = runFolders(deps.config.dataDir, run.runId);
  const shapes = await readShapes(folders);
  if (shapes === undefined) throw new EtlError('NOT_FOUND', `what the summaries of run ${run.runId} are is damaged in DATA_DIR`);
  const shape = shapes.find((each) => each.name === name);
  if (shape === undefined)
    throw new EtlError(
      'NOT_FOUND',
      `run ${run.runId} has no summary ${shownText(name)}, only ${shapes.map((each) => each.name).join(', ')}`,
    );
  const path = folders.summaryCsv(shape.name);
  const found = await describeKeptFile(path);
  if (found === null) throw new EtlError('NOT_FOUND', `run ${run.runId} has no summary: it is ${run.state}`);
  return { run, shape, path, size: found.bytes, modifiedMs: found.modifiedMs, content: () => readKeptFile(path, found.bytes) };
}
