import type { ReactNode } from 'react';
import { formatDecimal, formatSigned } from './format.js';
import { LongText } from './long-text.js';

interface Sums {
  readonly quantity: string;
  readonly amount: string;
}

/** Something that has sums before and after; null where it is not there. */
export interface DifferenceRow {
  readonly key: string;
  readonly name: string;
  readonly before: Sums | null;
  readonly after: Sums | null;
  /** In amount. */
  readonly difference: string;
}

/** Sums before and after, and by how much amounts differ. `what` heads the names. */
export function DifferenceTable({ label, what, rows }: { label: string; what: string; rows: readonly DifferenceRow[] }): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{what}</th>
            {['Quantity before', 'after', 'Amount before', 'after', 'Difference'].map((head, index) => (
              <th scope="col" className="number" key={`${head}${String(index)}`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, before, after, difference }) => (
            <tr key={key}>
              <th scope="row">
                <LongText text={name} />
              </th>
              <td className="number">{before === null ? '–' : formatDecimal(before.quantity)}</td>
              <td className="number">{after === null ? 'removed' : formatDecimal(after.quantity)}</td>
              <td className="number">{before === null ? 'new' : formatDecimal(before.amount, 2)}</td>
              <td className="number">{after === null ? 'removed' : formatDecimal(after.amount, 2)}</td>
              <td className="number">{formatSigned(difference, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
