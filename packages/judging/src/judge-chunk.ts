import { REJECT_REASONS, SALES_COLUMNS } from '@retail-etl/sales';
import type { PartialBooks, Segment } from '@retail-etl/staging';
import { countBooks, countRows, type RowCount } from './count-rows.js';
import { findDateReadings } from './date-readings.js';
import { malformedRows, multiLineRows } from './further-rows.js';
import { ACCEPTED, IS_REJECTED, isRejected, judgeRows, type Rules } from './rules/judge-rows.js';
import { dimensionColumn, rejectedTexts } from './rules/source-texts.js';
import { segmentStarts } from './segment-starts.js';
import { type DuckDbConnection, quoteText, readRows, runSql } from '@retail-etl/duckdb';

export interface ChunkToJudge {
  readonly source: string;
  readonly rowsPath: string;
  readonly malformedPath: string | null;
  /** Of the file that says which rows span several lines; null or absent if none does. */
  readonly linesPath?: string | null;
  readonly segments: readonly Segment[];
  readonly rules: Rules;
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

/** Most chunks are one stretch of one file without malformed rows: all of it is segment 0, and records are numbered through. */
const isPlain = ({ segments, malformedPath }: ChunkToJudge): boolean => segments.length === 1 && malformedPath === null;

/** Judges every row of a chunk once, sums the accepted ones per product, keeps the rejected ones, and counts both per file. */
export async function judgeChunk(connection: DuckDbConnection, chunk: ChunkToJudge): Promise<JudgedChunk> {
  const staged = `read_parquet(${quoteText(chunk.rowsPath)})`;
  await writePartial(connection, chunk, judgeRows(staged, chunk.rules, chunk.segments));
  const counts = await countRows(connection, chunk.partialPath, chunk);
  const longest = await findLongest(connection, chunk);
  const readings = await findDateReadings(connection, chunk.rowsPath, chunk.segments, chunk.rules.dateFormats);
  const rejects = counts.filter(({ outcome }) => isRejected(outcome));
  if (rejects.length > 0) await writeRejects(connection, chunk, staged, rejects);
  return {
    books: chunk.segments.map(({ file }, index) => {
      const lines = longest.get(index) ?? 1;
      const dateReadings = readings.get(index);
      return {
        ...countBooks(
          file,
          counts.filter(({ segment }) => segment === index),
          chunk.rules,
        ),
        ...(file === null || lines === 1 ? {} : { longestRecordLines: lines }),
        ...(dateReadings === undefined ? {} : { dateReadings }),
      };
    }),
    sums: counts.reduce((sum, { outcome, groups }) => sum + (outcome === ACCEPTED ? groups : 0), 0),
    hasRejects: rejects.length > 0,
  };
}

/**
 * The partial: `segment, outcome, product_id`, what else summaries are grouped by, `row, texts, rows, quantity, amount` and, if returns are
 * summed apart, `returned_quantity, returned_amount`. Accepted rows are added up by product and the like; rejected ones stay alone, each
 * with its position `row`, and with the `texts` of its columns if these are short; skipped ones are only counted. Where a column does not apply
 * it is NULL. Made in one pass over the chunk (without `carryTexts` in two) and without keeping every row. Texts are part of what is grouped
 * by, because DuckDB can spill groups to disk, but not texts inside of sums.
 */
async function writePartial(connection: DuckDbConnection, chunk: ChunkToJudge, judged: string): Promise<void> {
  const { model, source } = chunk.rules;
  const columns = SALES_COLUMNS.map((column) => `${column}_text`);
  const bytes = columns.map((column) => `strlen(${column})`).join(' + ');
  const texts = chunk.carryTexts
    ? `CASE WHEN ${IS_REJECTED} AND ${bytes} <= ${CARRIED_BYTES_MAX} THEN [${columns.join(', ')}] END AS texts`
    : 'NULL::VARCHAR[] AS texts';
  const others = [...(model.hasDays ? ['sale_date'] : []), ...model.dimensions.map(dimensionColumn)];
  const otherValues = [...(model.hasDays ? ['day'] : []), ...model.dimensions.map(dimensionColumn)];
  const kept = `SELECT row, product_id, ${otherValues.map((name) => `${name}, `).join('')}quantity, amount, outcome, ${texts} FROM (${judged})`;
  // A row belongs to the last segment that begins at or before it.
  const withSegment =
    chunk.segments.length === 1
      ? `(SELECT *, 0 AS segment FROM (${kept}))`
      : `(SELECT j.*, s.segment FROM (${kept}) j ASOF JOIN (${segmentStarts(chunk.segments)}) s ON j.row >= s.rows_before)`;
  // One key for both, because each more that is grouped by costs time.
  const row = model.ids.product === 'text' ? 'row::VARCHAR' : 'row';
  const grouped = [
    'segment',
    'outcome',
    `CASE WHEN outcome = ${ACCEPTED} THEN product_id WHEN ${IS_REJECTED} THEN ${row} END AS product_or_row`,
    ...others.map((name, index) => `CASE WHEN outcome = ${ACCEPTED} THEN ${otherValues[index]} END AS ${name}`),
    'texts',
  ].join(', ');
  const groups = `
    SELECT ${grouped}, count(*) AS rows, ${sums(model.hasReturned, source.returns === 'separate')}
    FROM ${withSegment}${chunk.carryTexts ? '' : ` WHERE NOT (${IS_REJECTED})`} GROUP BY ALL`;
  // Where memory is short, rejected rows are no groups but pass one by one, in a second pass: half a million groups would not fit.
  const alone = chunk.carryTexts
    ? ''
    : ` UNION ALL BY NAME SELECT segment, outcome, ${row} AS product_or_row, texts, 1 AS rows, quantity, amount FROM ${withSegment} WHERE ${IS_REJECTED}`;
  // Parquet has no 128-bit integer: decimals of 38 digits keep sums exact.
  const exact = (name: string, decimals: number): string => `${name}::DECIMAL(38, ${decimals}) AS ${name}`;
  const exactSums = (prefix: string): string =>
    `${exact(`${prefix}quantity`, model.quantityDecimals)}, ${exact(`${prefix}amount`, model.amountDecimals)}`;
  await runSql(
    connection,
    'judging rows',
    `COPY (
       SELECT segment, outcome, CASE WHEN outcome = ${ACCEPTED} THEN product_or_row END AS product_id, ${others.map((name) => `${name}, `).join('')}
         CASE WHEN ${IS_REJECTED} THEN product_or_row END${model.ids.product === 'text' ? '::BIGINT' : ''} AS row, texts, rows, ${exactSums('')}${model.hasReturned ? `, ${exactSums('returned_')}` : ''}
       FROM (${groups}${alone})
     ) TO ${quoteText(chunk.partialPath)} (FORMAT parquet, ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`,
  );
}

/** A return has a negative amount, or a negative quantity for nothing. */
const IS_RETURN = 'amount < 0 OR quantity < 0 AND amount <= 0';

/** SQL of the sums of a group's rows. `isSeparate`: returns are summed apart, as positive numbers. */
function sums(hasReturned: boolean, isSeparate: boolean): string {
  const own = (name: string): string =>
    isSeparate ? `sum(CASE WHEN ${IS_RETURN} THEN 0 ELSE ${name} END) AS ${name}` : `sum(${name}) AS ${name}`;
  const returned = (name: string): string =>
    `${isSeparate ? `sum(CASE WHEN ${IS_RETURN} THEN -${name} ELSE 0 END)` : '0'} AS returned_${name}`;
  const names = ['quantity', 'amount'];
  return [...names.map(own), ...(hasReturned ? names.map(returned) : [])].join(', ');
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

/** Rejects with the text of their columns as it stood in the source. Only files have record numbers. */
async function writeRejects(
  connection: DuckDbConnection,
  chunk: ChunkToJudge,
  staged: string,
  rejects: readonly RowCount[],
): Promise<void> {
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
    FROM (SELECT * FROM (${numbered}) WHERE texts IS NULL) n JOIN (${rejectedTexts(staged, chunk.rules.source, segments)}) s ON s.file_row_number = n.row`;
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
