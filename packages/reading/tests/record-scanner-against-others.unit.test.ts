import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import fc from 'fast-check';
import { parseString } from 'fast-csv';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { RecordScanner } from '../src/codec/csv/record-scanner.js';
import { ParquetFile } from '../src/codec/parquet/parquet-file.js';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scanner-others-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

const COLUMNS = ['a', 'b', 'c', 'd', 'e'];

/** A text that every reader of RFC 4180 has to read alike: one kind of newline, no stray quote, the same number of fields everywhere. */
interface WellFormed {
  readonly delimiter: string;
  readonly newline: string;
  readonly endsWithNewline: boolean;
  readonly records: readonly { readonly fields: readonly string[]; readonly quoted: readonly boolean[] }[];
  readonly pieceSizes: readonly number[];
}

const field = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.string({ unit: fc.constantFrom('a', '1', ' ', 'é', '€', '😀', '"', ',', ';', '|', '\t', '\n', '\r\n'), maxLength: 12 }),
  },
  { weight: 2, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', 'NULL', '\\N', '2026-01-01', '1e3', '#', "'", '\u00a0', '\u2028') },
  { weight: 1, arbitrary: fc.nat(400).map((length) => 'x'.repeat(length)) },
);

const wellFormed: fc.Arbitrary<WellFormed> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  newline: fc.constantFrom('\n', '\r\n'),
  endsWithNewline: fc.boolean(),
  records: fc.array(
    fc.record({
      fields: fc.array(field, { minLength: COLUMNS.length, maxLength: COLUMNS.length }),
      quoted: fc.array(fc.boolean(), { minLength: COLUMNS.length, maxLength: COLUMNS.length }),
    }),
    { minLength: 1, maxLength: 40, size: 'max' },
  ),
  pieceSizes: fc.oneof(
    fc.constant([1]),
    fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
    fc.constant([1 << 20]),
  ),
});

function render({ delimiter, newline, endsWithNewline, records }: WellFormed): string {
  const write = (text: string, isQuoted: boolean): string =>
    isQuoted || text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = records.map(({ fields, quoted }) => fields.map((text, index) => write(text, quoted[index]!)).join(delimiter));
  return lines.join(newline) + (endsWithNewline ? newline : '');
}

const toHex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();
const HEX_COLUMNS = COLUMNS.map((name) => `coalesce(hex(${name}), '')`).join(', ');

async function readByScanner(text: Buffer, { delimiter, pieceSizes }: WellFormed): Promise<unknown[][]> {
  const rows = new ParquetFile(COLUMNS);
  const shape = {
    delimiter: delimiter.charCodeAt(0),
    fieldCount: COLUMNS.length,
    columnOfField: Int32Array.from(COLUMNS.keys()),
    skipsBlankLines: false,
  };
  const malformed: number[] = [];
  const scanner = new RecordScanner(shape, { rows, malformed: (record) => malformed.push(record) }, 0);
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = pieceSizes[turn % pieceSizes.length]!;
    scanner.push(text.subarray(at, at + size));
    at += size;
  }
  expect(scanner.finish()).toBeNull();
  expect(malformed).toEqual([]);
  const path = join(folder, `${(files += 1)}.parquet`);
  await writeFile(path, rows.finish());
  const reader = await connection.runAndReadAll(
    `SELECT ${HEX_COLUMNS} FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
  );
  return reader.getRows();
}

async function readByDuckDb(text: Buffer, { delimiter, newline }: WellFormed): Promise<unknown[][]> {
  const path = join(folder, `${(files += 1)}.csv`);
  await writeFile(path, text);
  const columns = COLUMNS.map((name) => `'${name}': 'VARCHAR'`).join(', ');
  const reader = await connection.runAndReadAll(
    `SELECT ${HEX_COLUMNS} FROM read_csv('${path}', auto_detect = false, header = false, delim = '${delimiter}', quote = '"', escape = '"',
       new_line = '${newline === '\n' ? '\\n' : '\\r\\n'}', columns = {${columns}}, parallel = false)`,
  );
  return reader.getRows();
}

async function readByFastCsv(text: Buffer, { delimiter }: WellFormed): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const row of parseString<string[], string[]>(text.toString(), { headers: false, delimiter }))
    rows.push((row as string[]).map(toHex));
  return rows;
}

test('a well-formed text gives the rows that it was made of, as DuckDB and fast-csv read them, too', { timeout: 60_000 }, async () => {
  const compare = async (written: WellFormed): Promise<void> => {
    const text = Buffer.from(render(written));
    const expected = written.records.map(({ fields }) => fields.map(toHex));
    expect(await readByScanner(text, written)).toEqual(expected);
    expect(await readByDuckDb(text, written)).toEqual(expected);
    // fast-csv drops blanks at the beginning of a line, so there each field begins with a letter.
    const solid = { ...written, records: written.records.map((each) => ({ ...each, fields: each.fields.map((one) => `x${one}`) })) };
    const solidText = Buffer.from(render(solid));
    expect(await readByScanner(solidText, solid)).toEqual(await readByFastCsv(solidText, solid));
  };
  await fc.assert(fc.asyncProperty(wellFormed, compare), propertySettings('scanner against others', 150));
});
