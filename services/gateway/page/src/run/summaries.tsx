import type { ReactNode } from 'react';
import { at } from '../api/base.js';
import type { RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';

interface SummariesProps {
  readonly run: RunReport;
  readonly summaries: NonNullable<RunReport['summaries']>;
  /** Names of those that were published before and are no longer declared. */
  readonly stale: readonly string[];
}

/** The summaries that sources.yaml declares besides that by product. */
export function Summaries({ run, summaries, stale }: SummariesProps): ReactNode {
  return (
    <Card title="Further summaries">
      {stale.length === 0 ? null : (
        <p className="run-note">No longer declared, so their tables and files stay as an earlier run left them: {stale.join(', ')}.</p>
      )}
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Totals of further summaries">
        <table>
          <thead>
            <tr>
              <th scope="col">Summary</th>
              {['Rows', 'Quantity', 'Amount', 'Sum of rounded amounts'].map((head) => (
                <th scope="col" className="number" key={head}>
                  {head}
                </th>
              ))}
              <th scope="col">File</th>
            </tr>
          </thead>
          <tbody>
            {summaries.map(({ name, rows, quantity, amount, publishedAmount }) => (
              <tr key={name}>
                <th scope="row">
                  <LongText text={name} />
                </th>
                <td className="number">{formatNumber(rows)}</td>
                <td className="number">{formatDecimal(quantity)}</td>
                <td className="number">{formatDecimal(amount, 2)}</td>
                <td className="number">{formatDecimal(publishedAmount, 2)}</td>
                <td>
                  <a href={at(`/api/runs/${run.id}/summaries/${name}.csv`)} download aria-label={`Download ${name} (CSV)`}>
                    Download (CSV)
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
