import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { type RunList, RUNS_PER_PAGE, useRuns } from '../api/queries.js';
import { tookMs } from '../api/run-queries.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatDuration, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { StateBadge } from '../ui/state-badge.js';
import { Time } from '../ui/time.js';

type Run = RunList['runs'][number];

const FILTERS = [
  ['', 'All states'],
  ['queued,extracting,transforming,loading', 'Not ended'],
  ['published', 'Published'],
  ['previewed', 'Previewed (dry runs)'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['superseded', 'Superseded'],
] as const;

/** All runs, newest first; what moves is shown as it moves. */
export default function RunsPage(): ReactNode {
  const [state, setState] = useState('');
  // The `before` of each page turned so far; the first page has none.
  const [turned, setTurned] = useState<readonly number[]>([]);
  const runs = useRuns(state, turned.at(-1));
  const next = runs.data?.next ?? null;
  return (
    <>
      <div className="page-head">
        <h1>Runs</h1>
        <label>
          State{' '}
          <select
            value={state}
            onChange={(event) => {
              setState(event.target.value);
              setTurned([]);
            }}
          >
            {FILTERS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      {runs.error ? <ErrorNote error={runs.error} /> : null}
      {runs.isPending ? <Loading label="Reading the runs" /> : null}
      {runs.data === undefined ? null : (
        <section className="card" aria-label="Runs">
          {runs.data.runs.length === 0 ? (
            <EmptyState title="No run here">
              {state === '' ? 'The first one is started on the overview, or by a schedule.' : 'None is in this state.'}
            </EmptyState>
          ) : (
            <RunTable runs={runs.data.runs} />
          )}
          <div className="pager">
            <Button kind="plain" disabled={turned.length === 0} onClick={() => setTurned(turned.slice(0, -1))}>
              Newer
            </Button>
            <Button kind="plain" disabled={next === null} onClick={() => next !== null && setTurned([...turned, next])}>
              Older
            </Button>
            <span className="soft">{RUNS_PER_PAGE} a page</span>
          </div>
        </section>
      )}
    </>
  );
}

function RunTable({ runs }: { runs: readonly Run[] }): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Table of runs">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Trigger</th>
            <th scope="col">Asked for</th>
            <th scope="col" className="number">
              Duration
            </th>
            <th scope="col" className="number">
              Rows
            </th>
            <th scope="col" className="number">
              Rejects
            </th>
            <th scope="col" className="number">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <Link href={`/runs/${run.id}`}>{run.seq}</Link>
              </th>
              <td>
                <StateBadge state={run.state} /> {run.error === null ? null : <code>{run.error.code}</code>}
              </td>
              <td>
                {run.trigger.kind}: {run.trigger.by}
                {run.trigger.late ? ' (late)' : ''}
              </td>
              <td>
                <Time at={run.createdAt} />
              </td>
              <td className="number">{took(run)}</td>
              <td className="number">{run.totals === null ? '–' : formatNumber(run.totals.rowsRead)}</td>
              <td className="number">{run.totals === null ? '–' : formatNumber(run.totals.rowsRejected)}</td>
              <td className="number">{run.totals === null ? '–' : formatDecimal(run.totals.publishedAmount, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function took(run: Run): string {
  const ms = tookMs(run);
  return ms === undefined ? '–' : formatDuration(ms);
}
