import type { ReactNode } from 'react';

/** An error in the API's own words; or that there was no answer. */
export function ErrorNote({ error }: { error: unknown }): ReactNode {
  const problem = error as { code?: string; message?: string; remedy?: string };
  return (
    <div className="error-note" role="alert">
      {typeof problem.code === 'string' ? (
        <>
          <strong>{problem.code}</strong> {problem.message} {problem.remedy}
        </>
      ) : (
        'The gateway does not answer. This page goes on trying.'
      )}
    </div>
  );
}
