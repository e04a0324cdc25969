import { REJECT_REASONS, type RejectCounts, SALES_COLUMNS, type SourceName } from '@retail-etl/sales';
import type { PartialBooks, Segment } from '@retail-etl/staging';
import { ACCEPTED, judgeRows, type RuleOptions, SKIPPED } from './cleaning-rules.js';
import { findDateReadings } from './date-readings.js';
import { segmentStarts } from './segment-starts.js';
import { type DuckDbConnection, readRows, runSql, quoteText } from '@retail-etl/duckdb';

export interface ChunkToJudge {
  readonly source: SourceName;
  readonly rowsPath: string;
  readonly malformedPath: string | null;
  /** Of the file that says which rows span several lines; null or absent if none does. */
  readonly linesPath?: string | null;
  readonly segments: readonly Segment[];
  readonly rules: RuleOptions;
  /** False: a chunk of which nearly all is rejected takes less memory, but all rejects are read again from the staged file. */
  readonly carryTexts: boolean;
  /** Written: the chunk's groups, see `writePartial`. */
  readonly partialPath: string;
  /** Written only if the chunk has rejects. */
  readonly rejectsPath: string;
}

export interface JudgedChunk {
  readonly books: readonly PartialBooks[];
  /** Groups of accepted rows in the partial. */
  readonly sums: number;
  readonly hasRejects: boolean;
}

/**
 * The texts of a rejected row are carried along if they are this short together, as nearly all are, and else read again from the staged
 * file: many long ones would take several times the chunk's size in memory.
 */
const CARRIED_BYTES_MAX = 256;

/** Each thread holds a row group while it writes, texts of rejected rows included. */
const ROW_GROUP_ROWS = 20_480;

const IS_REJECTED = `outcome NOT IN (${ACCEPTED}, ${SKIPPED})`;
const isRejected = (outcome: number): boolean => outcome !== ACCEPTED && outcome !== SKIPPED;

/** Most chunks are one stretch of one file without malformed rows: all of it is segment 0, and records are numbered through. */
const isPlain = ({ segments, malformedPath }: ChunkToJudge): boolean => segments.length === 1 && malformedPath === null;

/** Judges every row of a chunk once, sums the accepted ones per product, keeps the rejected ones, and counts both per file. */
export async function judgeChunk(connection: DuckDbConnection, chunk: ChunkToJudge): Promise<JudgedChunk> {
  const staged = `read_parquet(${quoteText(chunk.rowsPath)})`;
  await writePartial(connection, chunk, judgeRows(staged, chunk.rules));
  const counts = await countRows(connection, chunk);
  const longest = await findLongest(connection, chunk);
  const readings = await findDateReadings(connection, chunk.rowsPath, chunk.segments, chunk.rules.dateFormats);
  const rejects = counts.filter(({ outcome }) => isRejected(outcome));
  if (rejects.length > 0) await writeRejects(connection, chunk, staged, rejects);
  return {
    books: chunk.segments.map(({ file }, index) => {
      const lines = longest.get(index) ?? 1;
      const dateReadings = readings.get(index);
      return {
        ...countBooks(file, counts, index),
        ...(file === null || lines === 1 ? {} : { longestRecordLines: lines }),
        ...(dateReadings === undefined ? {} : { dateReadings }),
      };
    }),
    sums: counts.reduce((sum, { outcome, groups }) => sum + (outcome === ACCEPTED ? groups : 0), 0),
    hasRejects: rejects.length > 0,
  };
}

/**
 * The partial: `segment, outcome, product_id, row, texts, rows, quantity, amount`. Accepted rows are added up by `product_id`; rejected ones
 * stay alone, each with its position `row`, and with the `texts` of its columns if these are short; skipped ones are only counted. Where a
 * column does not apply it is NULL. Made in one pass over the chunk (without `carryTexts` in two) and without keeping every row. Texts are
 * part of what is grouped by, because DuckDB can spill groups to disk, but not texts inside of sums.
 */
async function writePartial(connection: DuckDbConnection, chunk: ChunkToJudge, judged: string): Promise<void> {
  const columns = SALES_COLUMNS.map((column) => `${column}_text`);
  const bytes = columns.map((column) => `strlen(${column})`).join(' + ');
  const texts = chunk.carryTexts
    ? `CASE WHEN ${IS_REJECTED} AND ${bytes} <= ${CARRIED_BYTES_MAX} THEN [${columns.join(', ')}] END AS texts`
    : 'NULL::VARCHAR[] AS texts';
  const kept = `SELECT row, product_id, quantity, amount, outcome, ${texts} FROM (${judged})`;
  // A row belongs to the last segment that begins at or before it.
  const withSegment =
    chunk.segments.length === 1
      ? `(SELECT *, 0 AS segment FROM (${kept}))`
      : `(SELECT j.*, s.segment FROM (${kept}) j ASOF JOIN (${segmentStarts(chunk.segments)}) s ON j.row >= s.rows_before)`;
  // One key for both, because each more that is grouped by costs time.
  const groups = `
    SELECT segment, outcome, CASE WHEN outcome = ${ACCEPTED} THEN product_id WHEN ${IS_REJECTED} THEN row END AS product_or_row, texts,
      count(*) AS rows, sum(quantity) AS quantity, sum(amount) AS amount
    FROM ${withSegment}${chunk.carryTexts ? '' : ` WHERE NOT (${IS_REJECTED})`} GROUP BY ALL`;
  // Where memory is short, rejected rows are no groups but pass one by one, in a second pass: half a million groups would not fit.
  const alone = chunk.carryTexts
    ? ''
    : ` UNION ALL SELECT segment, outcome, row AS product_or_row, texts, 1 AS rows, quantity, amount FROM ${withSegment} WHERE ${IS_REJECTED}`;
  // Parquet has no 128-bit integer: DECIMAL(38,0) keeps the quantity exact.
  await runSql(
    connection,
    'judging rows',
    `COPY (
       SELECT segment, outcome, CASE WHEN outcome = ${ACCEPTED} THEN product_or_row END AS product_id,
         CASE WHEN ${IS_REJECTED} THEN product_or_row END AS row, texts, rows, quantity::DECIMAL(38, 0) AS quantity, amount
       FROM (${groups}${alone})
     ) TO ${quoteText(chunk.partialPath)} (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}

/** SELECT of the malformed rows: `segment, rows_before, record, lines, raw`. */
function malformedRows(path: string): string {
  return `SELECT segment::INTEGER AS segment, rows_before::INTEGER AS rows_before, record::BIGINT AS record, lines::INTEGER AS lines, raw FROM read_parquet(${quoteText(path)})`;
}

/** SELECT of the well-formed rows of several lines: `row, lines`. */
function multiLineRows(path: string): string {
  return `SELECT row::INTEGER AS row, lines::INTEGER AS lines FROM read_parquet(${quoteText(path)})`;
}

/** Lines of the longest record by segment; of those without malformed records and records of several lines nothing is said. */
async function findLongest(connection: DuckDbConnection, chunk: ChunkToJudge): Promise<Map<number, number>> {
  const { malformedPath, linesPath = null } = chunk;
  const parts = [
    ...(malformedPath === null ? [] : [`SELECT segment, lines FROM (${malformedRows(malformedPath)})`]),
    ...(linesPath === null
      ? []
      : [
          `SELECT s.segment, m.lines FROM (${multiLineRows(linesPath)}) m ASOF JOIN (${segmentStarts(chunk.segments)}) s ON m.row >= s.rows_before`,
        ]),
  ];
  if (parts.length === 0) return new Map();
  const found = await readRows(
    connection,
    'finding the longest records',
    `SELECT segment, max(lines) FROM (${parts.join(' UNION ALL ')}) GROUP BY segment`,
  );
  return new Map(found.map(([segment, lines]) => [Number(segment), Number(lines)]));
}

/** Rows of one segment with one outcome. */
interface Count {
  readonly segment: number;
  readonly outcome: number;
  readonly rows: number;
  readonly groups: number;
  /** Groups whose texts are not carried along. */
  readonly withoutTexts: number;
  /** Null if none of the rows has any. */
  readonly quantity: string | null;
  readonly amount: string | null;
}

async function countRows(connection: DuckDbConnection, chunk: ChunkToJudge): Promise<Count[]> {
  const counted = await readRows(
    connection,
    'counting rows',
    `SELECT segment, outcome, sum(rows) AS rows, count(*) AS groups, count(*) - count(texts) AS without_texts, sum(quantity) AS quantity, sum(amount) AS amount
     FROM read_parquet(${quoteText(chunk.partialPath)}) GROUP BY segment, outcome
     ${chunk.malformedPath === null ? '' : `UNION ALL BY NAME SELECT segment, 1 AS outcome, count(*) AS rows FROM (${malformedRows(chunk.malformedPath)}) GROUP BY segment`}`,
  );
  return counted.map(([segment, outcome, rows_, groups, withoutTexts, quantity = null, amount = null]) => ({
    segment: Number(segment),
    outcome: Number(outcome),
    rows: Number(rows_),
    groups: Number(groups),
    withoutTexts: Number(withoutTexts),
    quantity,
    amount,
  }));
}

function countBooks(file: string | null, counts: readonly Count[], segment: number): PartialBooks {
  const own = counts.filter((count) => count.segment === segment);
  const count = (isCounted: (outcome: number) => boolean): number =>
    own.reduce((sum, { outcome, rows: rows_ }) => sum + (isCounted(outcome) ? rows_ : 0), 0);
  const rejectsByReason: RejectCounts = {};
  for (const [at, reason] of REJECT_REASONS.entries()) {
    const rejected = count((outcome) => outcome === at + 1);
    if (rejected > 0) rejectsByReason[reason] = rejected;
  }
  const accepted = own.find(({ outcome }) => outcome === ACCEPTED);
  return {
    file,
    rowsRead: count(() => true),
    rowsAccepted: count((outcome) => outcome === ACCEPTED),
    rowsRejected: count(isRejected),
    rowsSkipped: count((outcome) => outcome === SKIPPED),
    rejectsByReason,
    quantity: accepted?.quantity ?? '0',
    amount: accepted?.amount ?? '0.000000',
  };
}

/** Rejects with the text of their columns as it stood in the source. Only files have record numbers. */
async function writeRejects(connection: DuckDbConnection, chunk: ChunkToJudge, staged: string, rejects: readonly Count[]): Promise<void> {
  const { malformedPath, linesPath = null, segments } = chunk;
  const rejected = `SELECT segment, row, outcome, texts FROM read_parquet(${quoteText(chunk.partialPath)}) WHERE ${IS_REJECTED}`;
  const malformed = malformedPath === null ? [] : [malformedRows(malformedPath)];
  // After an anchor, rows are numbered on: each segment's start is one, and each malformed row.
  const anchors = [segmentStarts(chunk.segments), ...malformed.map((rows_) => `SELECT segment, rows_before, record FROM (${rows_})`)];
  const withoutLines = isPlain(chunk)
    ? `SELECT *, row + ${segments[0]!.firstRecord} AS record FROM (${rejected})`
    : `SELECT r.*, a.record + 1 + (r.row - a.rows_before) AS record
       FROM (${rejected}) r
       ASOF JOIN (SELECT rows_before, max_by(record, (segment, record)) AS record FROM (${anchors.join(' UNION ALL ')}) GROUP BY rows_before) a
         ON r.row >= a.rows_before`;
  const numbered =
    linesPath === null
      ? `SELECT *, 1 AS lines FROM (${withoutLines})`
      : `SELECT w.*, coalesce(m.lines, 1) AS lines FROM (${withoutLines}) w LEFT JOIN (${multiLineRows(linesPath)}) m ON m.row = w.row`;
  // Numbered before they are joined, because numbering sorts and joining only passes them on: texts are long.
  const lookedUp = `
    SELECT n.segment, n.record, n.outcome, ${SALES_COLUMNS.map((column) => `s.${column}`).join(', ')}, NULL::VARCHAR AS raw, n.lines
    FROM (SELECT * FROM (${numbered}) WHERE texts IS NULL) n JOIN ${staged} s ON s.file_row_number = n.row`;
  const carried = `
    SELECT segment, record, outcome, ${SALES_COLUMNS.map((column, index) => `texts[${index + 1}] AS ${column}`).join(', ')}, NULL::VARCHAR AS raw, lines
    FROM (${numbered}) WHERE texts IS NOT NULL`;
  const none = SALES_COLUMNS.map((column) => `NULL::VARCHAR AS ${column}`).join(', ');
  const parts = [
    ...(rejects.some(({ groups, withoutTexts }) => groups > withoutTexts) ? [carried] : []),
    ...(rejects.some(({ withoutTexts }) => withoutTexts > 0) ? [lookedUp] : []),
    ...malformed.map((rows_) => `SELECT segment, record, 1 AS outcome, ${none}, raw, lines FROM (${rows_})`),
  ];
  const files = segments.map(({ file }) => (file === null ? 'NULL' : quoteText(file)));
  await runSql(
    connection,
    'writing rejects',
    `COPY (
       SELECT ${quoteText(chunk.source)} AS source, file, CASE WHEN file IS NOT NULL THEN record END AS record, ([${REJECT_REASONS.map(quoteText).join(', ')}])[outcome] AS reason,
         ${SALES_COLUMNS.join(', ')}, raw, CASE WHEN file IS NOT NULL THEN lines END AS lines
       FROM (SELECT *, ([${files.join(', ')}])[segment + 1]::VARCHAR AS file FROM (${parts.join(' UNION ALL ')}))
     ) TO ${quoteText(chunk.rejectsPath)} (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}
