import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDbConnection, type Engine, openEngine } from '@retail-etl/duckdb';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { propertySettings } from '../../../tests/support/oracle-seed.js';
import { ParquetFile } from '../src/codec/parquet/parquet-file.js';

let folder: string;
let engine: Engine;
let connection: DuckDbConnection;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-others-'));
  engine = await openEngine(folder);
  connection = await engine.connect();
});
afterAll(async () => {
  connection.closeSync();
  engine.close();
  await rm(folder, { recursive: true });
});

/** What a file is made of. Row `n` of a column holds `values[(n * step) % values.length]`, so few values make a dictionary and many do not. */
interface Content {
  readonly columns: readonly { readonly values: readonly string[]; readonly step: number; readonly isDistinct: boolean }[];
  readonly rows: number;
  /** What is built is taken after so many rows. */
  readonly takenEvery: number;
}

const value = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', '0', ' ', 'é', '€', '😀', '"', '\n', '\0', '\ufffd'), maxLength: 20 }) },
  { weight: 2, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.nat(5_000).map((length) => 'x'.repeat(length)) },
);

const content: fc.Arbitrary<Content> = fc.record({
  columns: fc.array(
    fc.record({
      values: fc.array(value, { minLength: 1, maxLength: 300, size: 'max' }),
      step: fc.integer({ min: 1, max: 1_000 }),
      isDistinct: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6, size: 'max' },
  ),
  rows: fc.oneof(fc.nat(20), fc.nat(3_000)),
  takenEvery: fc.integer({ min: 1, max: 2_000 }),
});

const nameOf = (index: number): string => `column ${index}`;

function valueAt({ values, step, isDistinct }: Content['columns'][number], row: number): string {
  const text = values[(row * step) % values.length]!;
  return isDistinct ? `${row}${text}` : text;
}

function write(file: ParquetFile, { columns, rows, takenEvery }: Content): Buffer {
  const pieces: Buffer[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const [index, column] of columns.entries()) file.columns[index]!.append(Buffer.from(valueAt(column, row)));
    file.endRow();
    if (row % 7 === 0) file.limitRowGroup();
    // A copy: the builder uses the memory again.
    if (row % takenEvery === 0) pieces.push(Buffer.from(file.take()));
    expect(file.rows).toBe(row + 1);
  }
  const held = file.heldBytes;
  expect(held).toBeGreaterThan(0);
  return Buffer.concat([...pieces, file.finish()]);
}

async function readByDuckDb(bytes: Buffer, names: readonly string[]): Promise<unknown[][]> {
  // A name of its own, because DuckDB keeps what it has read of a file for a while.
  const path = join(folder, `${(files += 1)}.parquet`);
  await writeFile(path, bytes);
  // As hex, because the driver takes a byte order mark off the beginning of a text.
  const reader = await connection.runAndReadAll(
    `SELECT ${names.map((name) => `hex("${name}")`).join(', ')} FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
  );
  return reader.getRows();
}

async function readByHyparquet(bytes: Buffer, names: readonly string[]): Promise<unknown[][]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({ file });
  return rows.map((row) =>
    names.map((name) =>
      Buffer.from(row[name] as string)
        .toString('hex')
        .toUpperCase(),
    ),
  );
}

test(
  'DuckDB and hyparquet read what was written, whatever the values, the row groups and the files before',
  { timeout: 60_000 },
  async () => {
    const compare = async (rowsOfGroup: number, first: Content, second: Content): Promise<void> => {
      const names = first.columns.map((_column, index) => nameOf(index));
      const file = new ParquetFile(names, rowsOfGroup);
      // The second file has the first one's columns, since a builder's files all have the same.
      for (const each of [first, { ...second, columns: first.columns.toReversed() }]) {
        const bytes = write(file, each);
        const expected = Array.from({ length: each.rows }, (_, row) =>
          each.columns.map((column) => Buffer.from(valueAt(column, row)).toString('hex').toUpperCase()),
        );
        expect(await readByDuckDb(bytes, names)).toEqual(expected);
        expect(await readByHyparquet(bytes, names)).toEqual(expected);
        const { row_groups: groups, num_rows: rows } = parquetMetadata(new Uint8Array(bytes).buffer);
        expect(Number(rows)).toBe(each.rows);
        expect(groups.map((group) => Number(group.num_rows))).toEqual(
          Array.from({ length: Math.ceil(each.rows / rowsOfGroup) }, (_, index) => Math.min(rowsOfGroup, each.rows - index * rowsOfGroup)),
        );
      }
    };
    const rowsOfGroup = fc.constantFrom(1, 7, 8, 9, 100, 1_024, 131_072);
    await fc.assert(
      fc.asyncProperty(rowsOfGroup, content, content, (size, first, second) =>
        compare(size, size < 9 ? { ...first, rows: first.rows % 50 } : first, size < 9 ? { ...second, rows: second.rows % 50 } : second),
      ),
      propertySettings('parquet against others', 25),
    );
  },
);
