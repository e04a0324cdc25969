import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { Card } from '../ui/card.js';
import { DifferenceTable } from '../ui/difference-table.js';
import { formatNumber } from '../ui/format.js';
import { difference } from './decimal.js';

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
        <>
          <h3>Largest differences</h3>
          <DifferenceTable
            label="Largest differences"
            what="Product"
            rows={run.differences.map(({ productId, before, after }) => ({
              key: productId,
              name: productId,
              before,
              after,
              difference: difference(before?.amount, after?.amount),
            }))}
          />
        </>
      )}
    </Card>
  );
}
