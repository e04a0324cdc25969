import type { ReactNode } from 'react';
import type { RunJob } from '../api/run-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { formatDuration, formatNumber } from '../ui/format.js';
import { oneOf, useSearchState } from '../ui/search-state.js';
import { jobLabel, jobState, type NodeState, type RunJobs } from './parts.js';

const SHOWN_FIRST = 30;

const SHOWN = { jobs: oneOf('first', 'all') };

/** When each job waited and worked, on one scale. */
export function Timeline({ run, now }: { run: RunJobs; now: number }): ReactNode {
  const { jobs } = run;
  const [{ jobs: which }, show] = useSearchState(SHOWN);
  const startOf = (job: RunJob): number => (job.startedAt === null ? Infinity : Date.parse(job.startedAt));
  const ordered = jobs.toSorted((left, right) => startOf(left) - startOf(right));
  const starts = ordered.filter((job) => job.startedAt !== null).map(startOf);
  const from = Math.min(...starts, now);
  const to = Math.max(from + 1, ...ordered.map((job) => (job.startedAt === null ? from : endOf(job, now))));
  const shown = which === 'all' ? ordered : ordered.slice(0, SHOWN_FIRST);
  return (
    <Card title="Timeline">
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Jobs in time">
        <table className="timeline">
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col" className="timeline-track">
                0 to {formatDuration(to - from)}
              </th>
              <th scope="col" className="number">
                Took
              </th>
              <th scope="col" className="number">
                Rows
              </th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((job) => (
              <Row key={job.id} job={job} state={jobState(job, run)} from={from} to={to} now={now} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < ordered.length ? (
        <Button kind="plain" onClick={() => show({ jobs: 'all' })}>
          Show all {formatNumber(ordered.length)} jobs
        </Button>
      ) : null}
    </Card>
  );
}

const endOf = (job: RunJob, now: number): number => (job.finishedAt === null ? now : Date.parse(job.finishedAt));

function Row({ job, state, from, to, now }: { job: RunJob; state: NodeState; from: number; to: number; now: number }): ReactNode {
  const start = job.startedAt === null ? undefined : Date.parse(job.startedAt);
  const took = start === undefined ? undefined : Math.max(0, endOf(job, now) - start);
  return (
    <tr>
      <th scope="row" title={job.id}>
        {jobLabel(job)}
      </th>
      <td className="timeline-track">
        {start === undefined || took === undefined || state === 'skipped' ? null : (
          <span
            className={`timeline-bar node-${state}`}
            style={{ left: `${(100 * (start - from)) / (to - from)}%`, width: `${Math.max(0.4, (100 * took) / (to - from))}%` }}
          />
        )}
      </td>
      <td className="number">{took === undefined ? '–' : formatDuration(took)}</td>
      <td className="number">{job.rows === 0 ? '–' : formatNumber(job.rows)}</td>
      <td>
        {state}
        {job.attempts > 1 ? `, try ${job.attempts}` : ''}
        {job.error === null || state === 'skipped' ? null : <span className="timeline-error">{job.error}</span>}
      </td>
    </tr>
  );
}
