import { RecordScanner } from '../src/codec/csv/record-scanner.js';
import { ParquetFile } from '../src/codec/parquet/parquet-file.js';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRecords } from '../../../tests/support/oracle-csv.js';
import { propertySettings } from '../../../tests/support/oracle-seed.js';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scanner-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** A text as it arrives: what stands before the records, the records, and where the pieces end. */
interface Arrival {
  readonly header: string;
  readonly body: Buffer;
  readonly pieceSizes: readonly number[];
  readonly delimiter: string;
  /** For each of the file's fields the column that it fills, or -1. */
  readonly columnOfField: readonly number[];
  readonly recordBytesMax: number;
  readonly skipsBlankLines: boolean;
}

interface Malformed {
  readonly record: number;
  readonly raw: string;
}

/** Scans as the extractor does: pieces of any size, and once more from where `finish` says. */
function scan(arrival: Arrival, rows: ParquetFile): { records: number; malformed: Malformed[] } {
  const malformed: Malformed[] = [];
  const text = Buffer.concat([Buffer.from(arrival.header), arrival.body]);
  const shape = {
    delimiter: arrival.delimiter.charCodeAt(0),
    fieldCount: arrival.columnOfField.length,
    columnOfField: Int32Array.from(arrival.columnOfField),
    skipsBlankLines: arrival.skipsBlankLines,
  };
  const sink = { rows, malformed: (record: number, raw: Uint8Array) => malformed.push({ record, raw: Buffer.from(raw).toString('hex') }) };
  const scanner = new RecordScanner(shape, sink, arrival.header.length, null, arrival.recordBytesMax);
  let from: number | null = arrival.header.length;
  while (from !== null) {
    for (let at: number = from, turn = 0; at < text.length; turn += 1) {
      const size = arrival.pieceSizes[turn % arrival.pieceSizes.length]!;
      // One buffer for all pieces would be legal too: the scanner may not keep a piece.
      const piece = Buffer.from(text.subarray(at, at + size));
      scanner.push(piece);
      piece.fill(0x58);
      at += size;
    }
    from = scanner.finish();
  }
  return { records: scanner.records, malformed };
}

async function readBack(rows: ParquetFile): Promise<unknown[][]> {
  // A name of its own, because DuckDB keeps what it has read of a file for a while.
  const path = join(folder, `rows-${(files += 1)}.parquet`);
  await writeFile(path, rows.finish());
  // As hex, because the driver takes a byte order mark off the begin of a text.
  const reader = await connection.runAndReadAll(
    `SELECT ${NAMES.map((name) => `hex(${name})`).join(', ')} FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
  );
  return reader.getRows();
}

const toHex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

/** Scans one after the other into one Parquet file and compares with the oracle. */
async function compare(arrivals: readonly Arrival[]): Promise<void> {
  const rows = new ParquetFile(NAMES);
  const scans = arrivals.map((arrival) => scan(arrival, rows));
  const expectedRows: string[][] = [];
  for (const [index, arrival] of arrivals.entries()) {
    const { delimiter, columnOfField, recordBytesMax, skipsBlankLines } = arrival;
    const expected = readRecords(arrival.body, { delimiter, fieldCount: columnOfField.length, recordBytesMax, skipsBlankLines });
    const bad = expected.filter(({ fields }) => fields === null);
    expect(scans[index]).toEqual({
      records: expected.length,
      malformed: bad.map(({ number, raw }) => ({ record: number, raw: raw.subarray(0, 4_096).toString('hex') })),
    });
    for (const { fields } of expected)
      if (fields !== null) expectedRows.push(NAMES.map((_, column) => toHex(fields[columnOfField.indexOf(column)]!)));
  }
  expect(rows.rows).toBe(expectedRows.length);
  expect(await readBack(rows)).toEqual(expectedRows);
}

const bytes = (...values: number[]): string => String.fromCharCode(...values);

/** What hostile texts are made of, in latin1: a character a byte. */
function token(delimiter: string): fc.Arbitrary<string> {
  const d = delimiter;
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(
        ['1', '2', '3', '4.50', '2026-01-01'].join(d),
        ['"1"', '2', '"x y"', '""', ''].join(d),
        d.repeat(4),
        `\n${d} ${d}\t\r\n`,
      ),
    },
    { weight: 6, arbitrary: fc.constantFrom('\n', '\r\n', '\r\r\n', '\n\n', '\r\n\r\n') },
    { weight: 4, arbitrary: fc.constantFrom('"', '"', '""', `"${d}`, `${d}"`, '"\n', '\n"', '"\r\n', `${d}"a\nb"${d}`) },
    { weight: 3, arbitrary: fc.constantFrom(d, d, d.repeat(2), ',', ';', '|', '\t') },
    { weight: 3, arbitrary: fc.constantFrom('a', ' ', '   ', 'x"y', '1e3', 'Ã©', 'â\u0082¬', 'ð\u009f\u0098\u0080') },
    { weight: 1, arbitrary: fc.constantFrom('\r', '\r', '\r\r', '\0', '"\0"', '\r\r\n') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        bytes(0xff),
        bytes(0xc3),
        bytes(0xe2, 0x82),
        bytes(0xed, 0xa0, 0x80),
        bytes(0xc0, 0xaf),
        bytes(0xef, 0xbb, 0xbf),
      ),
    },
    { weight: 1, arbitrary: fc.nat(300).map((length) => 'z'.repeat(length)) },
  );
}

const columnOfField = fc
  .record({ others: fc.nat(3), order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }), seed: fc.nat(7) })
  .map(({ others, order, seed }) => {
    const columns = [...order];
    for (let i = 0; i < others; i += 1) columns.splice((seed * (i + 1)) % (columns.length + 1), 0, -1);
    return columns;
  });

const arrival: fc.Arbitrary<Arrival> = fc.constantFrom(',', ';', '\t', '|').chain((delimiter) =>
  fc.record({
    header: fc.constantFrom('', 'h\n', 'header of some length\r\n'),
    body: fc.array(token(delimiter), { maxLength: 60, size: 'max' }).map((tokens) => Buffer.from(tokens.join(''), 'latin1')),
    pieceSizes: fc.oneof(
      fc.constant([1]),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
      fc.constant([100_000]),
    ),
    delimiter: fc.constant(delimiter),
    columnOfField: fc.oneof(fc.constant([0, 1, 2, 3, 4]), columnOfField),
    recordBytesMax: fc.constantFrom(40, 200, 1 << 20),
    skipsBlankLines: fc.boolean(),
  }),
);

describe('the scanner', () => {
  test('reads what the oracle reads, whatever the text and wherever its pieces end', { timeout: 60_000 }, async () => {
    const settings = propertySettings('scanner', 400);
    await fc.assert(fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 12, size: 'max' }), compare), settings);
  });

  const plain = (body: string, more: Partial<Arrival> = {}): Arrival => ({
    header: '',
    body: Buffer.from(body),
    pieceSizes: [100_000],
    delimiter: ',',
    columnOfField: [0, 1, 2, 3, 4],
    recordBytesMax: 1 << 20,
    skipsBlankLines: true,
    ...more,
  });

  function scanAlone(body: string, more: Partial<Arrival> = {}): { rows: number; malformed: [record: number, raw: string][] } {
    const rows = new ParquetFile(NAMES);
    const { malformed } = scan(plain(body, more), rows);
    return { rows: rows.rows, malformed: malformed.map(({ record, raw }) => [record, Buffer.from(raw, 'hex').toString()]) };
  }

  // The rules one by one, written out, so that an error in the oracle's reading of them shows too.
  test.each<[rule: string, body: string, rows: number, malformed: [number, string][]]>([
    ['a zero-length line is no record', '\n1,2,3,4,5\r\n\r\n\n1,2,3,4,5\n\n', 2, []],
    ['a line of spaces is malformed', '1,2,3,4,5\n   \n1,2,3,4,5\n', 2, [[2, '   ']]],
    ['a line of delimiters, spaces and tabs is no record', ',,,,\n1,2,3,4,5\r\n , ,\t,,\r\n,\n,,,,,,,,\n1,2,3,4,5\n,,,,', 2, []],
    ['a lone return makes a record', ',,,,\r,\n,,,,x\n', 1, [[1, ',,,,\r,']]],
    ['the last record needs no newline', '1,2,3,4,5\n1,2,3,4,', 2, []],
    [
      'a field too few, a field too many',
      '1,2,3,4\n1,2,3,4,5,6\n1,2,3,4,5\n',
      1,
      [
        [1, '1,2,3,4'],
        [2, '1,2,3,4,5,6'],
      ],
    ],
    ['nor is one of empty quoted fields', '"","","","",""\r\n,"",,""\n1,2,3,4,5\n"",""', 1, []],
    ['but a quoted quote is text', '"""","","","",""\n "","","","",""\n', 2, []],
    ['a quoted field may hold newlines and delimiters', '"1\n,",2,3,4,"5\r\n"\n', 1, []],
    ['a quote inside an unquoted field is text', '1"",2"3,"",4,5\n', 1, []],
    [
      'text behind a closing quote',
      '"1"x,2,3,4,5\n"1" ,2,3,4,5\n1,2,3,4,5\n',
      1,
      [
        [1, '"1"x,2,3,4,5'],
        [2, '"1" ,2,3,4,5'],
      ],
    ],
    ['a lone return is text', '1\r,2\r\r\r,3,4,5\r\n', 1, []],
    ['returns before a newline belong to it', '1,2,3,4,5\r\r\n1,2,3,4,"5"\r\r\n\r\r\n,,\r\r\r\n1,2,3,4,5\r\r\r\n', 3, []],
    ['inside quotes returns are text', '1,2,3,4,"5\r\r\n"\r\r\n1,2,3,4,5\r\r\n', 2, []],
    ['text behind a closing quote, with returns', '1,2,3,4,"5"x\r\r\n1,2,3,4,5\r\r\n', 1, [[1, '1,2,3,4,"5"x']]],
    ['an unclosed quote before returns', '1,"2\r\r\n1,2,3,4,5\r\r\n', 1, [[1, '1,"2']]],
    ['blank lines of delimiters and a return at the very end', ',,,,\r\r\n,,,,\r', 1, []],
    ['a return at the very end is text', '1,2,3,4,"5"\r', 0, [[1, '1,2,3,4,"5"\r']]],
    [
      'returns at the very end, after an unclosed quote',
      '1,"2\r\n1,2,3,4\r\r',
      0,
      [
        [1, '1,"2'],
        [2, '1,2,3,4\r\r'],
      ],
    ],
    ['NUL', '1,\0,3,4,5\n1,2,3,4,5\n', 1, [[1, '1,\0,3,4,5']]],
    ['an unclosed quote takes its own line only', '1,"2,3,4,5\r\n1,2,3,4,5\n1,2,3,4,5', 2, [[1, '1,"2,3,4,5']]],
    [
      'an unclosed quote that swallowed other quotes',
      '"a\nb","c\n1,2,3,4,5\n',
      1,
      [
        [1, '"a'],
        [2, 'b","c'],
      ],
    ],
  ])('%s', (_rule, body, rows, malformed) => {
    expect(scanAlone(body)).toEqual({ rows, malformed });
    expect(scanAlone(body, { pieceSizes: [1] })).toEqual({ rows, malformed });
  });

  test('a record of 1 MiB is read, one byte more is malformed, and the next is read', () => {
    const row = (bytes_: number): string => `${'x'.repeat(bytes_ - 8)},2,3,4,5`;
    for (const newline of ['\n', '\r\n', '\r\r\n']) {
      const body = [row(1 << 20), row((1 << 20) + 1), row(9), ''].join(newline);
      for (const pieceSizes of [[1 << 19], [4 << 20], [333_333]]) {
        expect(scanAlone(body, { pieceSizes })).toEqual({ rows: 2, malformed: [[2, 'x'.repeat(4_096)]] });
      }
    }
  });

  test('more returns before a newline than a line of 1 MiB has room for make it malformed, however it arrives', () => {
    const line = `${'x'.repeat((1 << 20) - 8)},2,3,4,5`;
    for (const pieceSizes of [[1 << 19], [4 << 20]]) {
      const { rows, malformed } = scanAlone(`${line}\r\r\r\n1,2,3,4,5\n`, { pieceSizes });
      expect({ rows, malformed: malformed.map(([record]) => record) }).toEqual({ rows: 1, malformed: [1] });
    }
  });

  test('an unclosed quote before 3 MiB: its line alone is malformed, all others are read', () => {
    const others = '1,2,3,4,5\r\n'.repeat(300_000);
    const expected = { rows: 300_001, malformed: [[2, '1,"2,3,4,5']] };
    expect(scanAlone(`1,2,3,4,5\r\n1,"2,3,4,5\r\n${others}`, { header: 'h\n', pieceSizes: [1 << 19] })).toEqual(expected);
  });
});
