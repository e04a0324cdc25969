import { EtlError } from '@retail-etl/contracts';
import type { SourceBooks } from '@retail-etl/sales';
import { expect, test } from 'vitest';
import { balanceBooks } from '../src/balance-books.js';
import { booksOf, filesExtract, readOf, tableExtract } from './books.js';

const TABLE = booksOf('online_sales', null, {
  rowsRead: 10,
  rowsAccepted: 6,
  rowsRejected: 3,
  rowsSkipped: 1,
  rejectsByReason: { invalid_date: 3 },
  quantity: '9007199254740993',
  amount: '123.450000',
});
const STORE = booksOf('store_sales', 'a.csv', {
  rowsRead: 5,
  rowsAccepted: 3,
  rowsRejected: 2,
  rejectsByReason: { malformed_row: 2 },
  quantity: '7',
  amount: '0.000001',
});
const EXTRACTS = [tableExtract(10), filesExtract(readOf('a.csv', 5, 2))];
const SUMS = { quantity: '9007199254741000', amount: '123.450001' };

/** What is said of the books, in parts; none if they balance. */
function problemsOf(books: readonly SourceBooks[], extracts = EXTRACTS, sums = SUMS): string[] {
  try {
    balanceBooks(books, extracts, [{ ...sums, shape: { name: 'the summary' } }]);
    return [];
  } catch (error) {
    if (!(error instanceof EtlError)) throw error;
    expect(error.code).toBe('BOOKS_UNBALANCED');
    return error.message.split('; ');
  }
}

const table = (figures: Partial<SourceBooks>): SourceBooks[] => [{ ...TABLE, ...figures }, STORE];
const store = (figures: Partial<SourceBooks>): SourceBooks[] => [TABLE, { ...STORE, ...figures }];

test('books that agree in every figure balance, and so do none at all', () => {
  expect(problemsOf([TABLE, STORE])).toEqual([]);
  expect(problemsOf([], [], { quantity: '0', amount: '0.00' })).toEqual([]);
});

test.each([1, -1])('as many rows are transformed as were extracted: not %i more', (more) => {
  const rows = 10 + more;
  expect(problemsOf(table({ rowsRead: rows, rowsAccepted: 6 + more }))).toEqual([`online_sales: 10 rows extracted, ${rows} transformed`]);
  const copied = [tableExtract(rows), EXTRACTS[1]!];
  expect(problemsOf([TABLE, STORE], copied)).toEqual([`online_sales: ${rows} rows extracted, 10 transformed`]);
});

test.each(['rowsAccepted', 'rowsRejected', 'rowsSkipped'] as const)('every row read is in exactly one of the three counts: %s', (count) => {
  for (const more of [1, -1]) {
    const figures = { rowsAccepted: 6, rowsRejected: 3, rowsSkipped: 1, [count]: TABLE[count] + more };
    expect(problemsOf(table(figures))).toEqual([
      `online_sales: 10 rows read, but ${figures.rowsAccepted} accepted + ${figures.rowsRejected} rejected + ${figures.rowsSkipped} skipped`,
    ]);
  }
});

test('each malformed row that was extracted is rejected as one', () => {
  expect(problemsOf(store({ rejectsByReason: { malformed_row: 1, invalid_date: 1 } }))).toEqual([
    'a.csv: 2 malformed rows extracted, 1 rejected',
  ]);
  expect(problemsOf(store({ rejectsByReason: { invalid_date: 2 } }))).toEqual(['a.csv: 2 malformed rows extracted, 0 rejected']);
  expect(problemsOf(table({ rejectsByReason: { malformed_row: 3 } }))).toEqual(['online_sales: 0 malformed rows extracted, 3 rejected']);
});

test('books of what was not extracted are named, rows or none', () => {
  const stray = booksOf('store_sales', 'stray.csv', { rowsRead: 2, rowsRejected: 2, rejectsByReason: { malformed_row: 2 } });
  expect(problemsOf([TABLE, STORE, stray])).toEqual(['stray.csv: 0 rows extracted, 2 transformed']);
  expect(problemsOf([TABLE, STORE, booksOf('store_sales', 'stray.csv')])).toEqual(['stray.csv: 0 rows extracted, 0 transformed']);
  // The same name in another source is another thing.
  expect(problemsOf([TABLE, { ...STORE, source: 'online_sales' }])).toEqual(['a.csv: 0 rows extracted, 5 transformed']);
});

test.each([9, 11])('as many rows arrive as PostgreSQL says that it copied: not %i', (copied) => {
  expect(problemsOf([TABLE, STORE], [tableExtract(10, copied), EXTRACTS[1]!])).toEqual([
    `table: PostgreSQL copied ${copied} rows, 10 arrived`,
  ]);
});

test('the rows of all that one extract read are added up before they are compared with its count of copied rows', () => {
  const extract = { ...filesExtract(readOf('a.csv', 5, 2), readOf('b.csv', 0)), copiedRows: 5 };
  const books = [STORE, booksOf('store_sales', 'b.csv')];
  const sums = { quantity: '7', amount: '0.000001' };
  expect(problemsOf(books, [extract], sums)).toEqual([]);
  expect(problemsOf(books, [{ ...extract, copiedRows: 0 }], sums)).toEqual(['table: PostgreSQL copied 0 rows, 5 arrived']);
});

test.each(['9007199254740999', '9007199254741001'])('quantities sum to the summary, beyond what a number holds: not to %s', (quantity) => {
  expect(problemsOf([TABLE, STORE], EXTRACTS, { ...SUMS, quantity })).toEqual([
    `quantity 9007199254741000 accepted, ${quantity} in the summary`,
  ]);
});

test.each(['123.450000', '123.450002'])('amounts sum to the summary, to the sixth decimal: not to %s', (amount) => {
  expect(problemsOf([TABLE, STORE], EXTRACTS, { ...SUMS, amount })).toEqual([`amount 123.450001 accepted, ${amount} in the summary`]);
});

test('every problem is told, the first ten of them', () => {
  const all = problemsOf(
    [{ ...TABLE, rowsRead: 9, rejectsByReason: { malformed_row: 1 }, quantity: '1', amount: '1' }],
    [tableExtract(10, 8)],
  );
  expect(all).toEqual([
    'online_sales: 10 rows extracted, 9 transformed',
    'online_sales: 9 rows read, but 6 accepted + 3 rejected + 1 skipped',
    'online_sales: 0 malformed rows extracted, 1 rejected',
    'table: PostgreSQL copied 8 rows, 10 arrived',
    'quantity 1 accepted, 9007199254741000 in the summary',
    'amount 1.000000 accepted, 123.450001 in the summary',
  ]);
  const strays = Array.from({ length: 11 }, (_, index) => booksOf('store_sales', `${index}.csv`));
  const told = problemsOf(strays, [], { quantity: '0', amount: '0' });
  expect(told).toHaveLength(10);
  expect(told.at(-1)).toBe('9.csv: 0 rows extracted, 0 transformed');
});
