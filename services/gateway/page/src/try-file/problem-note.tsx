import type { ReactNode } from 'react';
import type { TrialProblem } from '../api/try-queries.js';

/** Why there is no trial, with all faults of a declaration. */
export function ProblemNote({ problem }: { problem: TrialProblem }): ReactNode {
  return (
    <div className="error-note" role="alert">
      <strong>{problem.code}</strong> {problem.message} {problem.remedy}
      {problem.faults.length === 0 ? null : (
        <ul className="try-faults">
          {problem.faults.map(({ line, column, message }, index) => (
            <li key={index}>
              Line {line}, column {column}: {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
