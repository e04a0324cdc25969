import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRecords } from '../../../tests/support/oracle-csv.js';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import type { RecordSink } from '../src/codec/csv/record-reader.js';
import { RecordScanner } from '../src/codec/csv/record-scanner.js';
import { TextColumn } from '../src/codec/parquet/text-column.js';

const SHAPE = { delimiter: 0x2c, fieldCount: 2, columnOfField: Int32Array.of(0, -1), skipsBlankLines: true };
/** Longer records are passed over. */
const RECORD_BYTES_MAX = 40;

/** Lines of each record, in order, as the sink hears of them; the text comes in pieces of these sizes. */
function scanLines(text: Buffer, pieceSizes: readonly number[]): number[] {
  const found: number[] = [];
  let ofRow = 1;
  const column = new TextColumn();
  const sink: RecordSink = {
    rows: {
      columns: [column],
      endRow: () => {
        found.push(ofRow);
        ofRow = 1;
      },
      limitRowGroup: () => undefined,
    },
    malformed: (_record, _raw, lines) => void found.push(lines),
    multiLine: (lines) => (ofRow = lines),
  };
  const scanner = new RecordScanner(SHAPE, sink, 0, null, RECORD_BYTES_MAX);
  for (let from: number | null = 0; from !== null; from = scanner.finish()) {
    let at = from;
    for (let piece = 0; at < text.length; piece += 1) {
      const size = pieceSizes[piece % pieceSizes.length]!;
      scanner.push(text.subarray(at, at + size));
      at += size;
    }
  }
  return found;
}

test('each record says how many lines it spans, well-formed, malformed, too long or with a quote left open', () => {
  const text = ['1,a', '"2\n\n",b', '3,"stray', 'x,1', 'x,2"', '"4\r\n"x,c', `"${'5\n'.repeat(30)}",d`, '6,"open', '7,e', ''].join('\n');
  expect(scanLines(Buffer.from(text), [7])).toEqual([1, 3, 3, 2, 31, 1, 1]);
});

test('the lines are those of the records of a second reading', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ',', '"', '""', '\n', '\r\n', '\r', ' ', 'é', '\n"\n'), maxLength: 40 });
  const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join('\n'));
  const pieces = fc.oneof(
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 }),
    fc.constant([1 << 16]),
  );
  fc.assert(
    fc.property(text, pieces, (joined, pieceSizes) => {
      const body = Buffer.from(joined);
      const options = { delimiter: ',', fieldCount: 2, recordBytesMax: RECORD_BYTES_MAX, skipsBlankLines: true };
      const expected = readRecords(body, options).map(({ raw }) => raw.toString('latin1').split('\n').length);
      expect(scanLines(body, pieceSizes)).toEqual(expected);
    }),
    propertySettings('lines of records', 2_000),
  );
});
