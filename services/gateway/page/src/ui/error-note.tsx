import type { ReactNode } from 'react';
import { ApiProblem } from '../api/client.js';

/** An error in the API's own words; or that there was no answer. */
export function ErrorNote({ error }: { error: unknown }): ReactNode {
  return (
    <div className="error-note" role="alert">
      {error instanceof ApiProblem ? (
        <>
          <strong>{error.code}</strong> {error.message} {error.remedy}
        </>
      ) : (
        'The gateway does not answer. This page goes on trying.'
      )}
    </div>
  );
}
