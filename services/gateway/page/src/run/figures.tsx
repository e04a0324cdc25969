import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { RunReport } from '../api/run-queries.js';
import { formatDecimal, formatRatio, formatSigned } from '../ui/format.js';
import { difference } from './decimal.js';

type Totals = NonNullable<RunReport['totals']>;
/** Term, value, value before, decimals that are always shown. */
type Figure = [string, string, string | undefined, number];

/** What came out, and how it differs from the run that published before. */
export function Figures({ run, totals, before }: { run: RunReport; totals: Totals; before: RunReport | undefined }): ReactNode {
  const old = before?.totals ?? undefined;
  const figures: Figure[] = [
    ['Amount', totals.publishedAmount, old?.publishedAmount, 2],
    ['Quantity', totals.quantity, old?.quantity, 0],
    ...returnedFigures(totals, old),
    ['Products', String(totals.products), old && String(old.products), 0],
    ['Rows read', String(totals.rowsRead), old && String(old.rowsRead), 0],
    ['Rejected', String(totals.rowsRejected), old && String(old.rowsRejected), 0],
    ['Skipped', String(totals.rowsSkipped), old && String(old.rowsSkipped), 0],
  ];
  return (
    <section aria-label="Figures">
      <dl className="run-figures">
        {figures.map(([term, value, oldValue, digits]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{formatDecimal(value, digits)}</dd>
            {term === 'Rejected' && totals.rowsRead > 0 ? (
              <dd className="run-delta">{formatRatio(totals.rowsRejected / totals.rowsRead)} of the rows</dd>
            ) : null}
            {oldValue === undefined ? null : <dd className="run-delta">{deltaText(oldValue, value, digits)}</dd>}
          </div>
        ))}
      </dl>
      {before === undefined || old === undefined ? null : (
        <p className="run-note">
          Differences are to <Link href={`/runs/${before.id}`}>run {before.seq}</Link>, which published before
          {run.params.from !== before.params.from || run.params.to !== before.params.to ? ' and read other days' : ''}.
        </p>
      )}
    </section>
  );
}

/** Returns, where they are summed apart. */
function returnedFigures({ returned }: Totals, old: Totals | undefined): Figure[] {
  if (returned === undefined) return [];
  return [
    ['Returned amount', returned.amount, old?.returned?.amount, 2],
    ['Returned quantity', returned.quantity, old?.returned?.quantity, 0],
  ];
}

function deltaText(before: string, after: string, digits: number): string {
  const delta = difference(before, after);
  return delta === '0' ? 'as before' : formatSigned(delta, digits);
}
