import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { type RunList, RUNS_PER_PAGE, useRuns } from '../api/queries.js';
import { tookMs } from '../api/run-queries.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatDuration, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { LongText } from '../ui/long-text.js';
import { Pager, turnedPages } from '../ui/pager.js';
import { oneOf, useLeavePastEnd, useSearchState } from '../ui/search-state.js';
import { StateBadge } from '../ui/state-badge.js';
import { Time } from '../ui/time.js';

type Run = RunList['runs'][number];

/** The word in the address, the states that the API is asked for, and the name on the page. */
const FILTERS = [
  ['all', '', 'All states'],
  ['unfinished', 'queued,extracting,transforming,loading', 'Not ended'],
  ['published', 'published', 'Published'],
  ['previewed', 'previewed', 'Previewed (dry runs)'],
  ['failed', 'failed', 'Failed'],
  ['cancelled', 'cancelled', 'Cancelled'],
  ['superseded', 'superseded', 'Superseded'],
] as const;

const SHOWN = { state: oneOf('all', ...FILTERS.map(([word]) => word)), before: turnedPages };

/** All runs, newest first; what moves is shown as it moves. */
export default function RunsPage(): ReactNode {
  const [{ state, before: turned }, show] = useSearchState(SHOWN);
  const runs = useRuns(FILTERS.find(([word]) => word === state)?.[1] ?? '', turned.at(-1));
  const next = runs.data?.next ?? null;
  useLeavePastEnd(turned.length > 0 && !runs.isPlaceholderData && runs.data?.runs.length === 0, () => show({ before: [] }, 'replace'));
  return (
    <>
      <div className="page-head">
        <h1>Runs</h1>
        <label>
          State{' '}
          <select value={state} onChange={({ target }) => show({ state: SHOWN.state.read(target.value) ?? 'all', before: [] })}>
            {FILTERS.map(([word, , name]) => (
              <option key={word} value={word}>
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
              {state === 'all' ? 'The first one is started on the overview, or by a schedule.' : 'None is in this state.'}
            </EmptyState>
          ) : (
            <RunTable runs={runs.data.runs} />
          )}
          <Pager turned={turned} next={next} onTurn={(before) => show({ before })}>
            {RUNS_PER_PAGE} a page
          </Pager>
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
                {run.trigger.kind}: <LongText text={run.trigger.by} />
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
