import { readFile, readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { rowsOf } from './made-workbook.js';

/** Made by `files/make.py` with openpyxl and XlsxWriter; the texts stand there, beside the values. */
const FOLDER = new URL('files/', import.meta.url);

interface ExpectedRow {
  readonly row: number;
  readonly count: number;
  /** All texts, or the last one of a long row. */
  readonly cells: readonly string[] | { readonly last: string };
}

const expected = JSON.parse(await readFile(new URL('expected.json', FOLDER), 'utf8')) as Record<string, ExpectedRow[]>;

test('every file has its texts', async () => {
  const files = await readdir(FOLDER);
  expect(files.filter((name) => name.endsWith('.xlsx')).sort()).toEqual(Object.keys(expected).sort());
});

test.each(Object.entries(expected))('%s', async (name, rows) => {
  const read = await rowsOf(await readFile(new URL(name, FOLDER)));
  const seen = read.map(({ row, cells }) => ({ row, cells: cells.length < 100 ? cells : { last: cells.at(-1) }, count: cells.length }));
  expect(seen).toEqual(rows);
});
