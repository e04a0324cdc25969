import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { formatDecimal, formatNumber, formatSigned } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';
import { difference } from './decimal.js';

type Difference = RunReport['differences'][number];

/** What this run changed in the published table, or would have. */
export function Changes({ run, changes }: { run: RunReport; changes: NonNullable<RunReport['changes']> }): ReactNode {
  const isPublished = run.published !== null;
  return (
    <Card title={isPublished ? 'Changed in the published table' : 'What publishing would change'}>
      <dl className="run-figures">
        {(['added', 'changed', 'removed', 'unchanged'] as const).map((kind) => (
          <div key={kind}>
            <dt>{kind[0]?.toUpperCase() + kind.slice(1)}</dt>
            <dd>{formatNumber(changes[kind])}</dd>
          </div>
        ))}
      </dl>
      {run.differences.length === 0 ? (
        <p className="run-note">Every product’s figures are as they were.</p>
      ) : (
        <DifferenceTable differences={run.differences} />
      )}
    </Card>
  );
}

function DifferenceTable({ differences }: { differences: readonly Difference[] }): ReactNode {
  return (
    <>
      <h3>Largest differences</h3>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Largest differences">
        <table>
          <thead>
            <tr>
              <th scope="col">Product</th>
              {['Quantity before', 'after', 'Amount before', 'after', 'Difference'].map((head, index) => (
                <th scope="col" className="number" key={`${head}${String(index)}`}>
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences.map(({ productId, before, after }) => (
              <tr key={productId}>
                <th scope="row">
                  <LongText text={productId} />
                </th>
                <td className="number">{before === null ? '–' : formatDecimal(before.quantity)}</td>
                <td className="number">{after === null ? 'removed' : formatDecimal(after.quantity)}</td>
                <td className="number">{before === null ? 'new' : formatDecimal(before.amount, 2)}</td>
                <td className="number">{after === null ? 'removed' : formatDecimal(after.amount, 2)}</td>
                <td className="number">{formatSigned(difference(before?.amount, after?.amount), 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
