import { REJECT_REASONS, type RejectCounts } from '@retail-etl/contracts';
import type { PartialBooks, Segment } from '@retail-etl/staging';
import { ACCEPTED, judgeRows, type RuleOptions, SKIPPED } from './cleaning-rules.js';
import type { Connection } from './engine.js';
import { rows, run } from './run-sql.js';
import { quote } from './sql-text.js';

export interface ChunkToTransform {
  readonly rowsPath: string;
  readonly malformedPath: string | null;
  readonly segments: readonly Segment[];
  readonly rules: RuleOptions;
  /** Written: sums per product. */
  readonly partialPath: string;
  /** Written only if the chunk has rejects. */
  readonly rejectsPath: string;
}

export interface TransformedChunk {
  readonly books: readonly PartialBooks[];
  readonly hasRejects: boolean;
}

/**
 * Judges every row of a chunk once, sums the accepted ones per product, keeps the rejected ones, and counts both per file.
 * Uses temporary tables of `connection`, which is the caller's alone and to be closed afterwards.
 */
export async function transformChunk(connection: Connection, chunk: ChunkToTransform): Promise<TransformedChunk> {
  const staged = `read_parquet(${quote(chunk.rowsPath)}, file_row_number = true)`;
  await run(connection, 'judging rows', `CREATE OR REPLACE TEMP TABLE judged AS ${judgeRows(staged, chunk.rules)}`);
  // Most chunks are one stretch of one file without malformed rows: all of it is segment 0, and records are numbered through.
  const isPlain = chunk.segments.length === 1 && chunk.malformedPath === null;
  if (!isPlain) await createAnchors(connection, chunk);
  // Parquet has no 128-bit integer: DECIMAL(38,0) keeps the quantity exact.
  await run(
    connection,
    'writing sums',
    `COPY (SELECT product_id, CAST(sum(quantity) AS DECIMAL(38, 0)) AS quantity, CAST(sum(amount) AS DECIMAL(38, 6)) AS amount
           FROM judged WHERE outcome = ${ACCEPTED} GROUP BY product_id)
     TO ${quote(chunk.partialPath)} (FORMAT parquet)`,
  );
  const books = await readBooks(connection, chunk.segments, isPlain);
  const hasRejects = books.some((each) => each.rowsRejected > 0);
  if (hasRejects) await writeRejects(connection, chunk, staged, isPlain);
  return { books, hasRejects };
}

/**
 * Anchors give a staged row its record number: after an anchor (`rows_before` well-formed rows of the chunk come before it,
 * `record` is the last number used up), rows are numbered on. Each segment's start is an anchor, and each malformed row.
 */
async function createAnchors(connection: Connection, chunk: ChunkToTransform): Promise<void> {
  const malformed =
    chunk.malformedPath === null
      ? 'SELECT 0 AS segment, 0::BIGINT AS rows_before, 0::BIGINT AS record, NULL::VARCHAR AS raw WHERE FALSE'
      : `SELECT segment::INTEGER AS segment, rows_before::BIGINT AS rows_before, record::BIGINT AS record, raw
         FROM read_parquet(${quote(chunk.malformedPath)})`;
  await run(connection, 'reading malformed rows', `CREATE OR REPLACE TEMP TABLE malformed AS ${malformed}`);
  // A file whose rows are all in other chunks, or all malformed, leaves a segment without rows: only the last at a place counts.
  const starts = chunk.segments.map(({ firstRow, firstRecord }, index) => `(${index}, ${firstRow}, ${firstRecord - 1})`);
  await run(
    connection,
    'placing segments',
    `CREATE OR REPLACE TEMP TABLE anchors AS
     SELECT max(segment) AS segment, rows_before::BIGINT AS rows_before, arg_max(record, segment)::BIGINT AS record, TRUE AS is_start
     FROM (VALUES ${starts.join(', ')}) AS v(segment, rows_before, record) GROUP BY rows_before
     UNION ALL
     SELECT max(segment), rows_before, arg_max(record, (segment, record)), FALSE FROM malformed GROUP BY rows_before`,
  );
}

async function readBooks(connection: Connection, segments: readonly Segment[], isPlain: boolean): Promise<PartialBooks[]> {
  // Otherwise a row belongs to the last segment that begins at or before it.
  const rowsWithSegment = isPlain
    ? '(SELECT *, 0 AS segment FROM judged)'
    : '(SELECT j.*, s.segment FROM judged j ASOF JOIN (SELECT * FROM anchors WHERE is_start) s ON j.row >= s.rows_before)';
  const counted = await rows(
    connection,
    'counting rows',
    `SELECT segment, outcome, count(*), CASE WHEN outcome = ${ACCEPTED} THEN sum(quantity)::VARCHAR END,
       CASE WHEN outcome = ${ACCEPTED} THEN sum(amount)::DECIMAL(38, 6)::VARCHAR END
     FROM ${rowsWithSegment} GROUP BY segment, outcome
     ${isPlain ? '' : 'UNION ALL SELECT segment, 1, count(*), NULL, NULL FROM malformed GROUP BY segment'}`,
  );
  return segments.map(({ file }, index) => {
    const own = counted
      .filter(([segment]) => Number(segment) === index)
      .map((row) => ({ outcome: Number(row[1]), rows: Number(row[2]), sums: row }));
    const count = (outcome: number): number => own.filter((row) => row.outcome === outcome).reduce((sum, row) => sum + row.rows, 0);
    const rejectsByReason: RejectCounts = {};
    for (const [at, reason] of REJECT_REASONS.entries()) if (count(at + 1) > 0) rejectsByReason[reason] = count(at + 1);
    const accepted = own.find((row) => row.outcome === ACCEPTED);
    return {
      file,
      rowsRead: own.reduce((sum, row) => sum + row.rows, 0),
      rowsAccepted: accepted?.rows ?? 0,
      rowsRejected: Object.values(rejectsByReason).reduce((sum, rows_) => sum + rows_, 0),
      rowsSkipped: count(SKIPPED),
      rejectsByReason,
      quantity: accepted?.sums[3] ?? '0',
      amount: accepted?.sums[4] ?? '0.000000',
    };
  });
}

/** Rejects with the text of their columns as it stood in the source. Only files have record numbers. */
async function writeRejects(connection: Connection, chunk: ChunkToTransform, staged: string, isPlain: boolean): Promise<void> {
  const files = chunk.segments.map(({ file }) => (file === null ? 'NULL' : quote(file)));
  const rejected = `
    SELECT j.row, j.outcome, s.sale_id, s.product_id, s.quantity, s.sale_amount, s.sale_date
    FROM (SELECT row, outcome FROM judged WHERE outcome BETWEEN 1 AND ${REJECT_REASONS.length}) j JOIN ${staged} s ON s.file_row_number = j.row`;
  const numbered = isPlain
    ? `SELECT 0 AS segment, row + ${chunk.segments[0]?.firstRecord ?? 1} AS record, outcome, sale_id, product_id, quantity, sale_amount, sale_date, NULL AS raw
       FROM (${rejected})`
    : `SELECT p.segment, a.record + 1 + (r.row - a.rows_before) AS record, r.outcome, r.sale_id, r.product_id, r.quantity, r.sale_amount, r.sale_date, NULL AS raw
       FROM (${rejected}) r
       ASOF JOIN (SELECT * FROM anchors WHERE is_start) p ON r.row >= p.rows_before
       ASOF JOIN (SELECT rows_before, max_by(record, (segment, record)) AS record FROM anchors GROUP BY rows_before) a ON r.row >= a.rows_before
       UNION ALL
       SELECT segment, record, 1, NULL, NULL, NULL, NULL, NULL, raw FROM malformed`;
  await run(
    connection,
    'writing rejects',
    `COPY (
       SELECT file, CASE WHEN file IS NOT NULL THEN record END AS record, ([${REJECT_REASONS.map(quote).join(', ')}])[outcome] AS reason,
         sale_id, product_id, quantity, sale_amount, sale_date, raw::VARCHAR AS raw
       FROM (SELECT *, ([${files.join(', ')}])[segment + 1]::VARCHAR AS file FROM (${numbered}))
     ) TO ${quote(chunk.rejectsPath)} (FORMAT parquet)`,
  );
}
