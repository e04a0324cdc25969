import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { hasEnded, type RunReport, useRunBefore, useRunJobs, useRunReport } from '../api/run-queries.js';
import { useRunProgress } from '../api/progress.js';
import { useMe } from '../api/queries.js';
import { HoldNote } from '../versions/hold-card.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import { Books } from './books.js';
import { Changes } from './changes.js';
import { Failure } from './failure.js';
import { Figures } from './figures.js';
import { Journey } from './journey.js';
import { Log } from './log.js';
import { runJobsOf } from './parts.js';
import { Products } from './products.js';
import { countReasons } from './reasons.js';
import { Rejects } from './rejects.js';
import { RunHead } from './run-head.js';
import { Summaries } from './summaries.js';
import { Timeline } from './timeline.js';
import './run.css';

/** Everything there is to know about one run: what went wrong first, then where it is, what it read, made and changed. */
export default function RunPage(): ReactNode {
  const { id } = useParams<{ id: string }>();
  const report = useRunReport(id);
  if (report.data !== undefined) return <RunView run={report.data} />;
  return report.error ? <ErrorNote error={report.error} /> : <Loading label="Reading the run" />;
}

function RunView({ run }: { run: RunReport }): ReactNode {
  const me = useMe();
  const progress = useRunProgress(run.id, run.epoch);
  const before = useRunBefore(run.seq);
  const jobs = useRunJobs(run.id, run.state, run.epoch);
  const runJobs = runJobsOf(run.state, jobs.data?.jobs ?? []);
  const { totals } = run;
  return (
    <div className="run">
      <RunHead run={run} canChange={me.data?.role === 'operator'} />
      {run.params.publish === undefined ? null : <HoldNote />}
      {run.error === null ? null : <Failure error={run.error} retryRefusal={run.state === 'failed' ? run.retryRefusal : null} />}
      {totals === null ? null : <Figures run={run} totals={totals} before={before.data ?? undefined} />}
      <Journey run={run} stages={progress?.stages} runJobs={runJobs} />
      {run.sources.length === 0 ? null : <Books run={run} />}
      {hasEnded(run.state) && countReasons(run.sources).length > 0 ? <Rejects run={run} /> : null}
      {run.changes === null ? null : <Changes run={run} changes={run.changes} />}
      {run.changes === null || !hasEnded(run.state) ? null : <Products run={run} />}
      {(run.summaries ?? run.staleSummaries) === undefined || !hasEnded(run.state) ? null : (
        <Summaries run={run} summaries={run.summaries ?? []} stale={run.staleSummaries ?? []} />
      )}
      {jobs.error ? <ErrorNote error={jobs.error} /> : null}
      {runJobs.jobs.length === 0 ? null : <Timeline run={runJobs} now={Date.now()} />}
      <Log run={run} />
    </div>
  );
}
