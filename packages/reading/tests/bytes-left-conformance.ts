import { expect, test } from 'vitest';
import { largeRows } from './conformance-rows.js';
import { type RecordedRow, RecordingSink } from './recording-sink.js';
import type { SourceHarness } from './source-harness.js';

/** What a source says of the bytes that it has, and has left, is the most there can be: reading may be stopped because of it. */
export function describeBytesLeft(harness: SourceHarness): void {
  test('what is still to come never has more bytes than were said to be left, nor a partition more than it has at most', async () => {
    await harness.putRows(largeRows());
    const { signal } = new AbortController();
    const source = harness.source();
    for (const partition of await source.plan(signal)) {
      const sink = new RecordingSink();
      const { sources } = await source.read(partition, sink, signal);
      const bytesRead = sources.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(bytesRead).toBeLessThanOrEqual(source.bytesMost(partition));
      // A row takes its values, four delimiters and a line end.
      const bytesOf = ({ cells }: RecordedRow): number => cells.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0);
      expect(sink.bytesLeft.length).toBeGreaterThan(0);
      for (const { rows, bytes } of sink.bytesLeft) {
        expect(sink.rows.slice(rows).reduce((sum, row) => sum + bytesOf(row), 0)).toBeLessThanOrEqual(bytes);
      }
    }
  });
}
