import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';
import { reasonText } from './reasons.js';

export type Book = RunReport['sources'][number];

export const isBalanced = (book: Pick<Book, 'rowsRead' | 'rowsAccepted' | 'rowsRejected' | 'rowsSkipped'>): boolean =>
  book.rowsRead === book.rowsAccepted + book.rowsRejected + book.rowsSkipped;

const counted = (count: number, one: string, more: string): string => `${formatNumber(count)} ${count === 1 ? one : more} passed over`;

interface BookRowProps {
  readonly book: Book;
  readonly hasReturns: boolean;
  /** Whether sources are declared: then the name of a file does not say which source it is of. */
  readonly isDeclared: boolean;
}

/** The books of one table or file. Of one that was set aside there are none: its row says why. */
export function BookRow({ book, hasReturns, isDeclared }: BookRowProps): ReactNode {
  const { setAside } = book;
  if (setAside !== undefined)
    return (
      <tr className="books-aside">
        <BookHead book={book} isDeclared={isDeclared} />
        <td colSpan={hasReturns ? 9 : 7}>
          <strong>Set aside</strong> <code>{setAside.code}</code>
          <span className="books-message">{setAside.message}</span>
        </td>
      </tr>
    );
  return (
    <tr className={isBalanced(book) ? '' : 'books-unbalanced'}>
      <BookHead book={book} isDeclared={isDeclared} />
      <td className="number">{formatNumber(book.rowsRead)}</td>
      <td className="number">{formatNumber(book.rowsAccepted)}</td>
      <td className="number">{formatNumber(book.rowsRejected)}</td>
      <td className="number">{formatNumber(book.rowsSkipped)}</td>
      <td className="number">{formatDecimal(book.quantity)}</td>
      <td className="number">{formatDecimal(book.amount, 2)}</td>
      {hasReturns ? (
        <>
          <td className="number">{book.returned === undefined ? '–' : formatDecimal(book.returned.quantity)}</td>
          <td className="number">{book.returned === undefined ? '–' : formatDecimal(book.returned.amount, 2)}</td>
        </>
      ) : null}
      <td className="books-reasons">
        <Causes book={book} />
      </td>
    </tr>
  );
}

function BookHead({ book, isDeclared }: Pick<BookRowProps, 'book' | 'isDeclared'>): ReactNode {
  return (
    <th scope="row">
      <LongText text={book.file ?? `${book.source} (table)`} />
      {isDeclared && book.file !== null ? <span className="books-lines">{book.source}</span> : null}
      {book.longestRecordLines === undefined ? null : (
        <span className="books-lines">longest record: {formatNumber(book.longestRecordLines)} lines</span>
      )}
      {book.repeatedHeaders === undefined ? null : (
        <div className="soft">{counted(book.repeatedHeaders, 'repeated header', 'repeated headers')}</div>
      )}
      {book.footerLines === undefined ? null : <div className="soft">{counted(book.footerLines, 'footer line', 'footer lines')}</div>}
    </th>
  );
}

function Causes({ book }: { book: Book }): ReactNode {
  const reasons = Object.entries(book.rejectsByReason).filter(([, count]) => count > 0);
  const causes = Object.entries(book.skippedByCause ?? {}).filter(([, count]) => count > 0);
  return (
    <>
      {reasons.map(([reason, count]) => `${formatNumber(count)} ${reasonText(reason)}`).join(', ')}
      {causes.map(([cause, count]) => (
        <div key={cause}>
          {formatNumber(count)} skipped: {cause}
        </div>
      ))}
    </>
  );
}
