import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type TestCell, workbook } from '../../../tests/support/workbook.js';
import { proposed, type Tried } from './tried.js';

/*
 * Files as shops and publishers export them. The expected figures were worked out by a program that knows nothing of this project; each
 * proposal has to give them as it is.
 */
const FILES = join(import.meta.dirname, '..', '..', '..', 'tests', 'corpus', 'retail');

interface Expected {
  readonly rows_read: number;
  readonly rows_accepted: number;
  readonly rejected_because: Readonly<Record<string, number>>;
  readonly products: number;
  readonly total_quantity: string;
  readonly total_amount_exact: string;
  readonly first_day: string;
  readonly last_day: string;
}

/** The figures of a folder, of which returns are not part. */
async function expectedOf(folder: string): Promise<Expected> {
  const text = await readFile(join(FILES, folder, 'expected.json'), 'utf8');
  return (JSON.parse(text) as { returns_exclude: Expected }).returns_exclude;
}

function expectFigures({ trial, outcomes }: Pick<Tried, 'trial' | 'outcomes'>, expected: Expected): void {
  expect(trial.error).toBeNull();
  expect(trial).toMatchObject({ isWhole: true, read: { records: expected.rows_read } });
  expect(outcomes).toEqual({ accepted: expected.rows_accepted, ...expected.rejected_because });
  expect(trial.judged).toMatchObject({
    products: expected.products,
    quantity: expected.total_quantity,
    days: { first: expected.first_day, last: expected.last_day },
  });
  expect(Number(trial.judged?.amount)).toBe(Number(expected.total_amount_exact));
}

test.each(await readdir(FILES))('%s gets a proposal that gives its right figures', async (folder) => {
  const file = (await readdir(join(FILES, folder))).find((each) => /\.csv(\.gz)?$/.test(each));
  const tried = await proposed(await readFile(join(FILES, folder, file!)), { name: file! });
  expectFigures(tried, await expectedOf(folder));
  // Of these files, one is of a single day, which may be the first of December or the twelfth of January.
  expect(tried.proposal.decisions.map(({ about }) => about)).toEqual(folder === 'market-basket-de' ? ['dates'] : []);
});

/** The file's fields as a spreadsheet keeps them: numbers, shares and days as numbers. */
function cellOf(field: string): TestCell {
  const [, day, month, year] = /^(\d\d)-(\d\d)-(\d{4})$/.exec(field) ?? [];
  if (day !== undefined) return { day: (Date.UTC(Number(year), Number(month) - 1, Number(day)) - Date.UTC(1899, 11, 30)) / 86_400_000 };
  const plain = field.replaceAll(/[$,% ]/g, '');
  if (!/^\d+(?:\.\d+)?$/.test(plain)) return field;
  return { number: field.endsWith('%') ? String(Number(plain) / 100) : plain };
}

test('a file as a workbook, below a title, gets a proposal that gives the same figures', async () => {
  const text = gunzipSync(await readFile(join(FILES, 'adidas-currency-csv', 'adidas.csv.gz'))).toString();
  const records = text.trimEnd().split(/\r?\n/);
  const rows = records.map((record) =>
    [...record.matchAll(/"([^"]*)"(?:,|$)|([^,]*)(?:,|$)/g)].slice(0, 13).map(([, a, b]) => a ?? b ?? ''),
  );
  const [header, ...sales] = rows;
  const content = workbook([['Adidas Sales Database'], [], header!, ...sales.map((fields) => fields.map(cellOf))], 'Data Sales Adidas');
  const tried = await proposed(content, { name: 'adidas.xlsx' });
  expectFigures(tried, await expectedOf('adidas-currency-csv'));
  expect(tried.proposal).toMatchObject({
    decisions: [],
    notes: [],
    source: { dates: null, numbers: { currency: null }, csv: { skipLines: 2 }, columns: { sale_amount: 'Total Sales' } },
  });
  expect(tried.proposal.yaml).not.toMatch(/dates|numbers/);
});
