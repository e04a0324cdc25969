import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { type Book, BookRow, isBalanced } from './book-row.js';
import { isSame, sum } from './decimal.js';
import { HeaderChanges } from './header-changes.js';
import { InputChanges } from './input-changes.js';

const ROWS = ['rowsRead', 'rowsAccepted', 'rowsRejected', 'rowsSkipped'] as const;

/** One line per table and file: every row read is accepted, rejected or skipped, and the lines add up to the run's totals. */
export function Books({ run }: { run: RunReport }): ReactNode {
  const { sources, totals } = run;
  const balanced = sources.every(isBalanced) && addUp(sources, totals);
  const aside = sources.filter(({ setAside }) => setAside !== undefined).length;
  const hasReturns = [totals, ...sources].some((each) => each?.returned !== undefined);
  const numbers = ['Read', '= Accepted', '+ Rejected', '+ Skipped', 'Quantity', 'Amount'];
  if (hasReturns) numbers.push('Returned quantity', 'Returned amount');
  return (
    <Card title="Books">
      <p className={balanced ? 'books-balanced' : 'books-unbalanced'}>
        {balanced
          ? `Balanced: each line’s rows read are its rows accepted, rejected and skipped${totals === null ? '' : ', and the lines add up to the totals'}.`
          : 'Not balanced: the marked lines, or the lines and their total, do not add up.'}
      </p>
      {aside === 0 ? null : (
        <p className="books-warning">
          {aside === 1 ? '1 file was set aside: it' : `${formatNumber(aside)} files were set aside: they`} could not be read, and the
          figures are without {aside === 1 ? 'its' : 'their'} sales.
        </p>
      )}
      {run.inputs === undefined ? null : <InputChanges inputs={run.inputs} freshDifferences={run.freshDifferences} />}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Books of each source">
        <table className="books">
          <thead>
            <tr>
              <th scope="col">Source</th>
              {numbers.map((head) => (
                <th scope="col" className={`number${head.startsWith('Returned') ? ' books-returned' : ''}`} key={head}>
                  {head}
                </th>
              ))}
              <th scope="col">Rejected or skipped because</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((book) => (
              <BookRow
                key={JSON.stringify([book.source, book.file])}
                book={book}
                hasReturns={hasReturns}
                isDeclared={run.definition !== undefined}
              />
            ))}
          </tbody>
          {totals === null ? null : <TotalRow totals={totals} hasReturns={hasReturns} />}
        </table>
      </div>
      {run.headers === undefined ? null : <HeaderChanges changes={run.headers} />}
    </Card>
  );
}

function addUp(sources: readonly Book[], totals: RunReport['totals']): boolean {
  if (totals === null) return true;
  const { returned = { quantity: '0', amount: '0' } } = totals;
  return (
    ROWS.every((rows) => sources.reduce((counted, book) => counted + book[rows], 0) === totals[rows]) &&
    isSame(sum(sources.map((book) => book.amount)), totals.amount) &&
    isSame(sum(sources.map((book) => book.quantity)), totals.quantity) &&
    isSame(sum(sources.map((book) => book.returned?.amount ?? '0')), returned.amount) &&
    isSame(sum(sources.map((book) => book.returned?.quantity ?? '0')), returned.quantity)
  );
}

function TotalRow({ totals, hasReturns }: { totals: NonNullable<RunReport['totals']>; hasReturns: boolean }): ReactNode {
  return (
    <tfoot>
      <tr>
        <th scope="row">Total</th>
        {ROWS.map((rows) => (
          <td className="number" key={rows}>
            {formatNumber(totals[rows])}
          </td>
        ))}
        <td className="number">{formatDecimal(totals.quantity)}</td>
        <td className="number">{formatDecimal(totals.amount, 2)}</td>
        {hasReturns ? (
          <>
            <td className="number">{formatDecimal(totals.returned?.quantity ?? '0')}</td>
            <td className="number">{formatDecimal(totals.returned?.amount ?? '0', 2)}</td>
          </>
        ) : null}
        <td />
      </tr>
    </tfoot>
  );
}
