import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';

/** Why the run failed and what to do, in the words of the error catalogue. */
export function Failure({ error }: { error: NonNullable<RunReport['error']> }): ReactNode {
  return (
    <section className="run-failure" role="alert" aria-label="Why this run failed">
      <p className="run-failure-code">
        <code>{error.code}</code>
        {error.stage === null ? null : <span> while it was in {error.stage}</span>}
      </p>
      <p className="run-failure-message">{error.message}</p>
      <p>
        <strong>What to do:</strong> {error.remedy}
      </p>
    </section>
  );
}
