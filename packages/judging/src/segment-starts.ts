import type { Segment } from '@retail-etl/staging';

/**
 * SELECT of `segment, rows_before, record`: so many well-formed rows of the chunk come before the segment, and `record` is the last
 * number used up before it. A file whose rows are all in other chunks, or all malformed, leaves a segment without rows: of those that
 * begin at the same row, only the last has rows.
 */
export function segmentStarts(segments: readonly Segment[]): string {
  const starts = new Map(segments.map(({ firstRow, firstRecord }, index) => [firstRow, `(${index}, ${firstRow}, ${firstRecord - 1})`]));
  return `SELECT segment, rows_before, record::BIGINT AS record
          FROM (VALUES ${[...starts.values()].join(', ')}) AS v(segment, rows_before, record)`;
}
