import { REJECT_REASONS, SALES_COLUMNS, type RejectCounts } from '@retail-etl/contracts';
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
  /** False: a chunk of which nearly all is rejected takes less memory, but all rejects are read again from the staged file. */
  readonly carryTexts: boolean;
  /** Written: sums per product and segment. */
  readonly partialPath: string;
  /** Written only if the chunk has rejects. */
  readonly rejectsPath: string;
}

export interface TransformedChunk {
  readonly books: readonly PartialBooks[];
  readonly hasRejects: boolean;
}

/**
 * The texts of a rejected row are carried along if they are this short together, as nearly all are, and else read again from the staged
 * file: many long ones would take several times the chunk's size in memory.
 */
const CARRIED_BYTES_MAX = 256;

/** Each thread holds a row group while it writes. */
const REJECTS_ROW_GROUP_ROWS = 20_480;

const IS_REJECTED = `outcome BETWEEN 1 AND ${REJECT_REASONS.length}`;

/** Most chunks are one stretch of one file without malformed rows: all of it is segment 0, and records are numbered through. */
const isPlain = ({ segments, malformedPath }: ChunkToTransform): boolean => segments.length === 1 && malformedPath === null;

/**
 * Judges every row of a chunk once, sums the accepted ones per product, keeps the rejected ones, and counts both per file.
 * Uses temporary tables of `connection`, which is the caller's alone and to be closed afterwards.
 */
export async function transformChunk(connection: Connection, chunk: ChunkToTransform): Promise<TransformedChunk> {
  const staged = `read_parquet(${quote(chunk.rowsPath)}, file_row_number = true)`;
  if (!isPlain(chunk)) await createAnchors(connection, chunk);
  await gatherRows(connection, chunk, judgeRows(staged, chunk.rules));
  // Parquet has no 128-bit integer: DECIMAL(38,0) keeps the quantity exact.
  await run(
    connection,
    'writing sums',
    `COPY (SELECT key AS product_id, CAST(quantity AS DECIMAL(38, 0)) AS quantity, amount FROM gathered WHERE outcome = ${ACCEPTED})
     TO ${quote(chunk.partialPath)} (FORMAT parquet)`,
  );
  const books = await readBooks(connection, chunk);
  const hasRejects = books.some((each) => each.rowsRejected > 0);
  if (hasRejects) await writeRejects(connection, chunk, staged);
  return { books, hasRejects };
}

/**
 * The table `gathered`, in one pass over the chunk and without keeping every row: accepted rows are added up by product, rejected ones
 * stay alone under their position with the texts of their columns if these are short, skipped ones are only counted. Texts are part of
 * what is grouped by, because DuckDB can spill groups to disk, but not texts inside of sums.
 */
async function gatherRows(connection: Connection, chunk: ChunkToTransform, judged: string): Promise<void> {
  const { carryTexts } = chunk;
  const columns = SALES_COLUMNS.map((column) => `${column}_text`);
  const bytes = columns.map((column) => `coalesce(strlen(${column}), 0)`).join(' + ');
  const texts = carryTexts
    ? `CASE WHEN ${IS_REJECTED} AND ${bytes} <= ${CARRIED_BYTES_MAX} THEN [${columns.join(', ')}] END AS texts`
    : 'NULL::VARCHAR[] AS texts';
  const kept = `SELECT row, product_id, quantity, amount, outcome, ${texts} FROM (${judged})`;
  // A row belongs to the last segment that begins at or before it.
  const withSegment =
    chunk.segments.length === 1
      ? `(SELECT *, 0 AS segment FROM (${kept}))`
      : `(SELECT j.*, s.segment FROM (${kept}) j ASOF JOIN (SELECT * FROM anchors WHERE is_start) s ON j.row >= s.rows_before)`;
  await run(
    connection,
    'judging rows',
    `CREATE OR REPLACE TEMP TABLE gathered AS
     SELECT segment, outcome, CASE WHEN outcome = ${ACCEPTED} THEN product_id WHEN ${IS_REJECTED} THEN row END AS key, texts,
       count(*) AS rows, sum(quantity) AS quantity, sum(amount)::DECIMAL(38, 6) AS amount
     FROM ${withSegment} GROUP BY ALL`,
  );
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

async function readBooks(connection: Connection, chunk: ChunkToTransform): Promise<PartialBooks[]> {
  const counted = await rows(
    connection,
    'counting rows',
    `SELECT segment, outcome, sum(rows), CASE WHEN outcome = ${ACCEPTED} THEN sum(quantity)::VARCHAR END,
       CASE WHEN outcome = ${ACCEPTED} THEN sum(amount)::DECIMAL(38, 6)::VARCHAR END
     FROM gathered GROUP BY segment, outcome
     ${chunk.malformedPath === null ? '' : 'UNION ALL SELECT segment, 1, count(*), NULL, NULL FROM malformed GROUP BY segment'}`,
  );
  return chunk.segments.map(({ file }, index) => {
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
async function writeRejects(connection: Connection, chunk: ChunkToTransform, staged: string): Promise<void> {
  const files = chunk.segments.map(({ file }) => (file === null ? 'NULL' : quote(file)));
  const rejected = `SELECT segment, key AS row, outcome, texts FROM gathered WHERE ${IS_REJECTED}`;
  const numbered = isPlain(chunk)
    ? `SELECT *, row + ${chunk.segments[0]?.firstRecord ?? 1} AS record FROM (${rejected})`
    : `SELECT r.*, a.record + 1 + (r.row - a.rows_before) AS record
       FROM (${rejected}) r
       ASOF JOIN (SELECT rows_before, max_by(record, (segment, record)) AS record FROM anchors GROUP BY rows_before) a ON r.row >= a.rows_before`;
  // Numbered before they are joined, because numbering sorts and joining only passes them on: texts are long.
  const lookedUp = `
    SELECT n.segment, n.record, n.outcome, ${SALES_COLUMNS.map((column) => `s.${column}`).join(', ')}, NULL AS raw
    FROM (SELECT * FROM (${numbered}) WHERE texts IS NULL) n JOIN ${staged} s ON s.file_row_number = n.row`;
  const carried = `
    SELECT segment, record, outcome, ${SALES_COLUMNS.map((column, index) => `texts[${index + 1}] AS ${column}`).join(', ')}, NULL AS raw
    FROM (${numbered}) WHERE texts IS NOT NULL`;
  const malformed = 'SELECT segment, record, 1 AS outcome, raw FROM malformed';
  const parts = [lookedUp, ...(chunk.carryTexts ? [carried] : []), ...(isPlain(chunk) ? [] : [malformed])];
  await run(
    connection,
    'writing rejects',
    `COPY (
       SELECT file, CASE WHEN file IS NOT NULL THEN record END AS record, ([${REJECT_REASONS.map(quote).join(', ')}])[outcome] AS reason,
         sale_id, product_id, quantity, sale_amount, sale_date, raw::VARCHAR AS raw
       FROM (SELECT *, ([${files.join(', ')}])[segment + 1]::VARCHAR AS file FROM (${parts.join(' UNION ALL BY NAME ')}))
     ) TO ${quote(chunk.rejectsPath)} (FORMAT parquet, ROW_GROUP_SIZE ${REJECTS_ROW_GROUP_ROWS})`,
  );
}
