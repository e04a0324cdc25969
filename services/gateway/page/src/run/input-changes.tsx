import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';
import { formatNumber } from '../ui/format.js';
import { LongText } from '../ui/long-text.js';

/** What was read of each source's files, and what an earlier run had read already. */
export function InputChanges({
  inputs,
  freshDifferences = [],
}: {
  inputs: NonNullable<RunReport['inputs']>;
  freshDifferences?: RunReport['freshDifferences'];
}): ReactNode {
  return (
    <>
      {inputs.map(({ source, reused, read, new: added, changed, gone }) => (
        <p className="run-note" key={source}>
          {inputs.length === 1 ? 'Files' : <LongText text={`Files of ${source}`} />}: {formatNumber(read)} read ({formatNumber(added)} new,{' '}
          {formatNumber(changed)} changed), {formatNumber(reused)} as an earlier run has read them, {formatNumber(gone)} gone.
        </p>
      ))}
      {freshDifferences.length === 0 ? null : (
        <p className="books-warning">
          This run has read files anew and found other sums than an earlier one: <LongText text={freshDifferences.join(', ')} />
        </p>
      )}
    </>
  );
}
