import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from '@retail-etl/duckdb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MalformedRows } from '../src/malformed-rows.js';

let dir: string;
let engine: Engine;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'malformed-'));
  engine = await openEngine(join(dir, 'spill'));
});
afterAll(async () => {
  engine.close();
  await rm(dir, { recursive: true });
});

/** The rows of a file as DuckDB reads them, their texts as the hexadecimal digits of their UTF-8: its client drops a byte order mark. */
async function readBack(file: Uint8Array): Promise<unknown[][]> {
  const path = join(dir, 'malformed.parquet');
  await writeFile(path, file);
  const connection = await engine.connect();
  const reader = await connection.runAndReadAll(
    `SELECT segment::DOUBLE, rows_before::DOUBLE, record::DOUBLE, lines::DOUBLE, lower(hex(encode(raw))) FROM read_parquet('${path}', file_row_number = true) ORDER BY file_row_number`,
  );
  connection.closeSync();
  return reader.getRows();
}

/** As Node.js reads it, a way that the code does not go. */
const asRead = (raw: Buffer): string => hex(raw.toString('utf8').replaceAll('\0', '\u2400'));

const hex = (text: string): string => Buffer.from(text).toString('hex');

test('texts are kept as they are; what is no text, and NUL, can be seen', async () => {
  const texts = [
    ...['', 'x', '=1+1', 'ü, 日本, \u{1f600}', '\ufeffmark', 'a\0b\0', 'ü\0', '\u2400', 'q'.repeat(4_096)].map((text) => Buffer.from(text)),
    ...[
      [0xff],
      [0x61, 0xc3],
      [0xe2, 0x82],
      [0xed, 0xa0, 0x80],
      [0xf0, 0x9f, 0x98, 0x61],
      [0xc0, 0x80],
      [0, 0xff],
      [0xef, 0xbb, 0xbf, 0xff],
    ].map((bytes) => Buffer.from(bytes)),
    // Cut in the middle of a character, as the 4 KiB that are kept may be.
    Buffer.from('é'.repeat(2_049)).subarray(1, 4_097),
  ];
  const rows = new MalformedRows();
  for (const [index, text] of texts.entries()) rows.add(0, 0, index + 1, 1, text);
  expect(await readBack(rows.finish())).toEqual(texts.map((text, index) => [0, 0, index + 1, 1, asRead(text)]));
});

test('numbers of any size are kept, over several row groups, and the next file begins anew', async () => {
  const numbers = [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 78_000_000_001, Number.MAX_SAFE_INTEGER];
  const rows = new MalformedRows();
  const count = 150_000;
  for (let row = 0; row < count; row += 1) rows.add(row % 7, row, numbers[row % numbers.length]!, 1 + (row % 300), Buffer.from('x'));
  expect(rows.rows).toBe(count);
  const found = await readBack(rows.finish());
  expect(found).toEqual(
    Array.from({ length: count }, (_, row) => [row % 7, row, numbers[row % numbers.length]!, 1 + (row % 300), hex('x')]),
  );
  expect(rows.rows).toBe(0);
  rows.add(1, 2, 3, 4, Buffer.from('next'));
  expect(await readBack(rows.finish())).toEqual([[1, 2, 3, 4, hex('next')]]);
});
