import type { ReactNode } from 'react';
import type { RunReport } from '../api/run-queries.js';

/** Why the run failed and what to do, in the words of the error catalogue; and if a retry is no way out, why not. */
export function Failure({ error, retryRefusal }: { error: NonNullable<RunReport['error']>; retryRefusal: string | null }): ReactNode {
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
      {retryRefusal === null ? null : <p>This run cannot be retried: {retryRefusal}.</p>}
    </section>
  );
}
