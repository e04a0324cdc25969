import { type DuckDbConnection, quoteText, readRows } from '@retail-etl/duckdb';
import type { DateReading, Segment } from '@retail-etl/staging';
import { isIsoDate } from './rules/date-rules.js';
import { parseByPatterns } from './rules/date-patterns.js';
import { segmentStarts } from './segment-starts.js';

/** Of an example so many characters are kept: white space in a pattern stands for any amount of it. */
const EXAMPLE_MAX = 60;

/**
 * By segment, what the patterns after the first make of its dates. A pattern that reads a date alone, and would read others as another day
 * than an earlier one did, says that the file is not of the form in which those were read: see `refuseContradictingDates`. Nothing is looked
 * at where there are not two patterns.
 */
export async function findDateReadings(
  connection: DuckDbConnection,
  rowsPath: string,
  segments: readonly Segment[],
  patterns: readonly string[],
): Promise<Map<number, DateReading[]>> {
  const readings = new Map<number, DateReading[]>();
  if (patterns.length < 2) return readings;
  const days = patterns.map((pattern, index) => `CAST(${parseByPatterns('text', [pattern])} AS DATE) AS day_${index}`);
  const examples = patterns.slice(1).map((_, index) => {
    const earlier = `COALESCE(${patterns
      .slice(0, index + 1)
      .map((__, before) => `day_${before}`)
      .join(', ')})`;
    const own = `day_${index + 1}`;
    return `min(text) FILTER (${earlier} IS NULL AND ${own} IS NOT NULL), min(text) FILTER (${earlier} <> ${own})`;
  });
  const found = await readRows(
    connection,
    'comparing patterns of dates',
    `SELECT segment, ${examples.join(', ')}
     FROM (
       SELECT segment, text, ${days.join(', ')}
       FROM (
         SELECT DISTINCT s.segment, trim(r.sale_date, ' ') AS text
         FROM (SELECT file_row_number AS row, sale_date FROM read_parquet(${quoteText(rowsPath)})) r
         ASOF JOIN (${segmentStarts(segments)}) s ON r.row >= s.rows_before
       )
       WHERE NOT ${isIsoDate('text')}
     ) GROUP BY segment`,
  );
  for (const [segment, ...texts] of found) {
    const own = patterns
      .slice(1)
      .map((pattern, index): DateReading => ({ pattern, alone: shorten(texts[2 * index]), passedOver: shorten(texts[2 * index + 1]) }));
    const telling = own.filter(({ alone, passedOver }) => alone !== null || passedOver !== null);
    if (telling.length > 0) readings.set(Number(segment), telling);
  }
  return readings;
}

const shorten = (text: string | null | undefined): string | null => text?.slice(0, EXAMPLE_MAX) ?? null;
