import type { ReactNode } from 'react';
import type { Trial, TrialRow, TriedFile } from '../api/try-queries.js';
import { Card } from '../ui/card.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';
import { ProblemNote } from './problem-note.js';

/** What a run would make of the file: counts, doubts, and some of its rows. */
export function TrialResult({ tried }: { tried: TriedFile }): ReactNode {
  const { trial, notes } = tried;
  return (
    <>
      {trial === null ? null : (
        <Card title="What a run would make of it">
          <p className="soft">
            <LongText text={tried.file} /> as source <code>{trial.source}</code>
            {trial.isWhole ? null : '; only its beginning was read'}
          </p>
          {trial.problem === null ? null : <ProblemNote problem={trial.problem} />}
          <Counts trial={trial} />
          {trial.rows.length === 0 ? null : <Rows rows={trial.rows} />}
        </Card>
      )}
      {notes.length === 0 ? null : (
        <Card title="Not sure">
          <ul className="try-notes">
            {notes.map((note, index) => (
              // Two notes may have the same words.
              <li key={index}>{note}</li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}

function Counts({ trial: { counts, totals } }: { trial: Trial }): ReactNode {
  if (counts === null) return null;
  const figures = [
    ['Records', formatNumber(counts.records)],
    ['Accepted', formatNumber(counts.accepted)],
    ['Rejected', formatNumber(counts.rejected)],
    ['Skipped', formatNumber(counts.skipped)],
    ...(totals === null
      ? []
      : [
          ['Products', formatNumber(totals.products)],
          ['Quantity', formatDecimal(totals.quantity)],
          ['Amount', formatDecimal(totals.amount, 2)],
          [
            'Days',
            totals.firstDay === null
              ? '–'
              : totals.firstDay === totals.lastDay
                ? totals.firstDay
                : `${totals.firstDay} to ${totals.lastDay ?? ''}`,
          ],
        ]),
  ];
  return (
    <>
      <dl className="try-counts">
        {figures.map(([name, figure]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{figure}</dd>
          </div>
        ))}
      </dl>
      {counts.reasons.length === 0 ? null : (
        <p>Rejected for: {counts.reasons.map(({ reason, rows }) => `${reason} (${formatNumber(rows)})`).join(', ')}</p>
      )}
    </>
  );
}

const COLUMNS = [
  ['Record', 'number'],
  ['Product', undefined],
  ['Quantity', 'number'],
  ['Amount', 'number'],
  ['Date', undefined],
  ['Outcome', undefined],
] as const;

function Rows({ rows }: { rows: readonly TrialRow[] }): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Rows">
      <table className="try-rows">
        <thead>
          <tr>
            {COLUMNS.map(([name, className]) => (
              <th key={name} scope="col" className={className}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.record}>
              <th scope="row" className="number">
                {formatNumber(row.record)}
              </th>
              <td>
                <LongText text={row.product} />
              </td>
              <td className="number">
                <LongText text={row.quantity} />
              </td>
              <td className="number">
                <LongText text={row.amount} />
              </td>
              <td>
                <LongText text={row.date} />
              </td>
              <td>
                <Outcome row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `600000.000000` as `600000.00`. */
const plainAmount = (text: string): string => text.replace(/(\.\d\d\d*?)0*$/, '$1');

function Outcome({ row: { outcome, says, counted } }: { row: TrialRow }): ReactNode {
  return (
    <>
      <span className={`try-outcome try-${outcome}`}>{outcome}</span>{' '}
      {counted === null ? says : `${counted.quantity} for ${plainAmount(counted.amount)} on ${counted.day}`}
    </>
  );
}
