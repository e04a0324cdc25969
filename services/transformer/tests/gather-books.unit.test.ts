import { expect, test } from 'vitest';
import { gatherBooks } from '../src/balance-books.js';
import { booksOf, filesExtract, part, partialOf, readOf, tableExtract } from './books.js';

test('the parts of a file in several chunks are added up, each figure and each reason by itself, to the last digit', () => {
  const extracts = [filesExtract(readOf('a.csv', 111, 3))];
  const first = part('a.csv', {
    rowsRead: 100,
    rowsAccepted: 70,
    rowsRejected: 20,
    rowsSkipped: 10,
    rejectsByReason: { malformed_row: 1, invalid_date: 19 },
    quantity: '9007199254740993',
    amount: '9007199254740993.000001',
  });
  const second = part('a.csv', {
    rowsRead: 11,
    rowsAccepted: 5,
    rowsRejected: 4,
    rowsSkipped: 2,
    rejectsByReason: { malformed_row: 2, invalid_amount: 2 },
    quantity: '8',
    amount: '0.999999',
  });
  expect(gatherBooks(extracts, [partialOf('store_sales', first), partialOf('store_sales', second)])).toEqual([
    booksOf('store_sales', 'a.csv', {
      rowsRead: 111,
      rowsAccepted: 75,
      rowsRejected: 24,
      rowsSkipped: 12,
      rejectsByReason: { malformed_row: 3, invalid_date: 19, invalid_amount: 2 },
      quantity: '9007199254741001',
      amount: '9007199254740994.000000',
    }),
  ]);
  // What was given is as it was.
  expect(first.rejectsByReason).toEqual({ malformed_row: 1, invalid_date: 19 });
});

test('headers that were passed over stand in the books of their file, and are no rows of it', () => {
  const extracts = [filesExtract({ ...readOf('a.csv', 3), repeatedHeaders: 2 }, readOf('b.csv', 1))];
  const partials = [partialOf('store_sales', part('a.csv', { rowsRead: 3 }), part('b.csv', { rowsRead: 1 }))];
  const books = gatherBooks(extracts, partials);
  expect(books).toEqual([
    { ...booksOf('store_sales', 'a.csv', { rowsRead: 3 }), repeatedHeaders: 2 },
    booksOf('store_sales', 'b.csv', { rowsRead: 1 }),
  ]);
  expect(books[1]).not.toHaveProperty('repeatedHeaders');
});

test('the longest record of a file is that of the chunk with the longest one; records of a single line are not told', () => {
  const lines = (file: string, longestRecordLines?: number) =>
    partialOf('store_sales', part(file, longestRecordLines === undefined ? {} : { longestRecordLines }));
  const partials = [lines('a.csv'), lines('a.csv', 3), lines('a.csv', 12), lines('a.csv', 2), lines('b.csv'), lines('b.csv')];
  const books = gatherBooks([filesExtract(readOf('a.csv', 0), readOf('b.csv', 0))], partials);
  expect(books).toEqual([{ ...booksOf('store_sales', 'a.csv'), longestRecordLines: 12 }, booksOf('store_sales', 'b.csv')]);
  expect(books[1]).not.toHaveProperty('longestRecordLines');
});

test('two parts of a file in the same chunk are added up as well', () => {
  const twice = partialOf('store_sales', part('a.csv', { rowsRead: 2, amount: '1.5' }), part('a.csv', { rowsRead: 3, amount: '-0.25' }));
  expect(gatherBooks([filesExtract(readOf('a.csv', 5))], [twice])).toEqual([
    booksOf('store_sales', 'a.csv', { rowsRead: 5, amount: '1.250000' }),
  ]);
});

test('books come in the order of the extracts, whatever the order of the chunks, and also of files without a row', () => {
  const extracts = [tableExtract(1), filesExtract(readOf('b.csv', 1), readOf('empty.csv', 0)), filesExtract(readOf('a.csv', 1))];
  const partials = [
    partialOf('store_sales', part('a.csv', { rowsRead: 3 })),
    partialOf('store_sales', part('b.csv', { rowsRead: 2 })),
    partialOf('online_sales', part(null, { rowsRead: 1 })),
  ];
  expect(gatherBooks(extracts, partials)).toEqual([
    booksOf('online_sales', null, { rowsRead: 1 }),
    booksOf('store_sales', 'b.csv', { rowsRead: 2 }),
    booksOf('store_sales', 'empty.csv'),
    booksOf('store_sales', 'a.csv', { rowsRead: 3 }),
  ]);
});

test('a file that no extract names has books of its own, and two sources with the same file are two', () => {
  const partials = [
    partialOf('store_sales', part('stray.csv', { rowsRead: 4, rowsRejected: 4, rejectsByReason: { invalid_date: 4 } })),
    partialOf('store_sales', part(null, { rowsRead: 5 })),
  ];
  expect(gatherBooks([tableExtract(7)], partials)).toEqual([
    booksOf('online_sales', null),
    booksOf('store_sales', 'stray.csv', { rowsRead: 4, rowsRejected: 4, rejectsByReason: { invalid_date: 4 } }),
    booksOf('store_sales', null, { rowsRead: 5 }),
  ]);
});

test('nothing extracted, no books', () => {
  expect(gatherBooks([], [])).toEqual([]);
});
