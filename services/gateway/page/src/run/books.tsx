import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';
import { isSame, sum } from './decimal.js';
import { reasonText } from './reasons.js';

type Book = RunReport['sources'][number];

const ROWS = ['rowsRead', 'rowsAccepted', 'rowsRejected', 'rowsSkipped'] as const;

const isBalanced = (book: Pick<Book, 'rowsRead' | 'rowsAccepted' | 'rowsRejected' | 'rowsSkipped'>): boolean =>
  book.rowsRead === book.rowsAccepted + book.rowsRejected + book.rowsSkipped;

/** One line per table and file: every row read is accepted, rejected or skipped, and the lines add up to the run's totals. */
export function Books({ run }: { run: RunReport }): ReactNode {
  const { sources, totals } = run;
  const addsUp =
    totals === null ||
    (ROWS.every((rows) => sources.reduce((counted, book) => counted + book[rows], 0) === totals[rows]) &&
      isSame(sum(sources.map((book) => book.amount)), totals.amount) &&
      isSame(sum(sources.map((book) => book.quantity)), totals.quantity));
  const balanced = sources.every(isBalanced) && addsUp;
  return (
    <Card title="Books">
      <p className={balanced ? 'books-balanced' : 'books-unbalanced'}>
        {balanced
          ? `Balanced: each line’s rows read are its rows accepted, rejected and skipped${totals === null ? '' : ', and the lines add up to the totals'}.`
          : 'Not balanced: the marked lines, or the lines and their total, do not add up.'}
      </p>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Books of each source">
        <table className="books">
          <thead>
            <tr>
              <th scope="col">Source</th>
              {['Read', '= Accepted', '+ Rejected', '+ Skipped', 'Quantity', 'Amount'].map((head) => (
                <th scope="col" className="number" key={head}>
                  {head}
                </th>
              ))}
              <th scope="col">Rejected because</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((book) => (
              <BookRow key={book.file ?? book.source} book={book} />
            ))}
          </tbody>
          {totals === null ? null : (
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <td className="number">{formatNumber(totals.rowsRead)}</td>
                <td className="number">{formatNumber(totals.rowsAccepted)}</td>
                <td className="number">{formatNumber(totals.rowsRejected)}</td>
                <td className="number">{formatNumber(totals.rowsSkipped)}</td>
                <td className="number">{formatDecimal(totals.quantity)}</td>
                <td className="number">{formatDecimal(totals.amount, 2)}</td>
                <td />
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </Card>
  );
}

function BookRow({ book }: { book: Book }): ReactNode {
  const reasons = Object.entries(book.rejectsByReason).filter(([, count]) => count > 0);
  return (
    <tr className={isBalanced(book) ? '' : 'books-unbalanced'}>
      <th scope="row">
        <LongText text={book.file ?? `${book.source} (table)`} />
        {book.longestRecordLines === undefined ? null : (
          <span className="books-lines">longest record: {formatNumber(book.longestRecordLines)} lines</span>
        )}
        {book.repeatedHeaders === undefined ? null : (
          <div className="soft">
            {formatNumber(book.repeatedHeaders)} repeated {book.repeatedHeaders === 1 ? 'header' : 'headers'} passed over
          </div>
        )}
      </th>
      <td className="number">{formatNumber(book.rowsRead)}</td>
      <td className="number">{formatNumber(book.rowsAccepted)}</td>
      <td className="number">{formatNumber(book.rowsRejected)}</td>
      <td className="number">{formatNumber(book.rowsSkipped)}</td>
      <td className="number">{formatDecimal(book.quantity)}</td>
      <td className="number">{formatDecimal(book.amount, 2)}</td>
      <td className="books-reasons">{reasons.map(([reason, count]) => `${formatNumber(count)} ${reasonText(reason)}`).join(', ')}</td>
    </tr>
  );
}
