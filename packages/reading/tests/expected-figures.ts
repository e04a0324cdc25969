import { expect } from 'vitest';
import type { PartitionRead } from '../src/sources/source.js';
import type { SourceRow } from './conformance-rows.js';
import type { RecordingSink } from './recording-sink.js';
import type { ExpectedFile } from './source-harness.js';

/** Bytes and digests are those of the place, and rows carry the numbers of their records. */
export function expectFigures(reads: readonly PartitionRead[], sink: RecordingSink, files: readonly ExpectedFile[]): void {
  const found = reads.flatMap(({ sources, copiedRows }) => sources.map(({ file, bytes, sha256 }) => ({ file, bytes, sha256, copiedRows })));
  expect(new Set(found)).toEqual(new Set(files.map(({ file, bytes, sha256, copiedRows }) => ({ file, bytes, sha256, copiedRows }))));
  for (const { file, rows } of files) {
    if (rows === null) continue;
    const arrived = sink.rows.filter((row) => row.file === file);
    expect(arrived.map(({ record }) => record)).toEqual(rows.map((_, index) => index + 1));
    expect(arrived.map(({ cells }) => cells)).toEqual(rows.map(asText));
  }
}

/** Each file, or the table, is counted as the sink counted it. */
export function expectCounts(reads: readonly PartitionRead[], { rows, malformed }: RecordingSink): void {
  const counted = new Map<string | null, { rows: number; malformed: number }>();
  const count = (file: string | null, bad: number): void => {
    const { rows: before, malformed: badBefore } = counted.get(file) ?? { rows: 0, malformed: 0 };
    counted.set(file, { rows: before + 1, malformed: badBefore + bad });
  };
  for (const { file } of rows) count(file, 0);
  for (const { file } of malformed) count(file, 1);
  const returned = reads.flatMap(({ sources }) => sources);
  expect(new Map(returned.map((read) => [read.file, { rows: read.rows, malformed: read.malformed }]))).toEqual(counted);
  expect(returned).toHaveLength(counted.size);
  for (const { copiedRows, sources } of reads) {
    if (copiedRows !== null) expect(copiedRows).toBe(sources.reduce((sum, read) => sum + read.rows, 0));
  }
}

/** A missing value is an empty text. */
export const asText = (row: SourceRow): string[] => row.map((cell) => cell ?? '');
