import type { ReactNode } from 'react';

/** A term and its value, in a list of facts. `small`: the value is a text rather than a figure. */
export function Fact({ term, small = false, children }: { term: string; small?: boolean; children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd className={small ? 'small' : undefined}>{children}</dd>
    </div>
  );
}
