import { lazy, type ReactNode, Suspense } from 'react';
import { Link } from 'wouter';
import { type Overview, useMe, useOverview } from '../api/queries.js';
import { Fact } from '../ui/fact.js';
import { Card } from '../ui/card.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDecimal, formatNumber } from '../ui/format.js';
import { Loading } from '../ui/loading.js';
import { StateBadge } from '../ui/state-badge.js';
import { Time } from '../ui/time.js';
import { HoldNote } from '../versions/hold-card.js';
import { RunNow } from './run-now.js';
import { SincePublished } from './since-published.js';
import './overview.css';

// The charts' library is larger than all the rest, and the figures do not need it.
const RunsChart = lazy(() => import('./runs-chart.js'));

/** What is published, whether that is fresh, what comes next, and how the last runs went. */
export default function OverviewPage(): ReactNode {
  const overview = useOverview();
  const me = useMe();
  const { data } = overview;
  return (
    <>
      <div className="page-head">
        <h1>Overview</h1>
      </div>
      <HoldNote />
      {overview.error ? <ErrorNote error={overview.error} /> : null}
      {overview.isPending ? <Loading label="Reading the figures" /> : null}
      {data === undefined ? null : (
        <>
          {data.unfinished.map((run) => (
            <p key={run.id}>
              <StateBadge state={run.state} /> <Link href={`/runs/${run.id}`}>Run {run.seq}</Link>
              {run.state === 'queued' ? ' waits for its turn.' : ' is at work.'}
            </p>
          ))}
          <div className="overview-top">
            <Published overview={data} />
            <Next next={data.next} />
          </div>
          {data.published === null ? null : <SincePublished published={data.published} />}
        </>
      )}
      {me.data?.role === 'operator' ? <RunNow /> : null}
      {data === undefined ? null : (
        <Card title="Last 30 runs">
          {data.runs.length === 0 ? (
            <EmptyState title="No run yet">Its duration, rows and rejects will be drawn here.</EmptyState>
          ) : (
            <Suspense fallback={<Loading label="Drawing" />}>
              <RunsChart runs={data.runs} />
            </Suspense>
          )}
        </Card>
      )}
    </>
  );
}

function Published({ overview: { published, freshness } }: { overview: Overview }): ReactNode {
  if (published === null)
    return (
      <Card title="Published result">
        <EmptyState title="Nothing is published yet">The first run that succeeds fills sales_summary.</EmptyState>
      </Card>
    );
  return (
    <Card title="Published result">
      <dl className="facts">
        <Fact term="Products">{published.products === null ? '–' : formatNumber(published.products)}</Fact>
        <Fact term="Quantity">{published.quantity === null ? '–' : formatDecimal(published.quantity)}</Fact>
        <Fact term="Amount">{published.amount === null ? '–' : formatDecimal(published.amount, 2)}</Fact>
        <Fact term="Published" small>
          <Time at={published.at} /> by <Link href={`/runs/${published.id}`}>run {published.seq}</Link>
        </Fact>
        <Fact term="Freshness" small>
          <Freshness freshness={freshness} />
        </Fact>
      </dl>
    </Card>
  );
}

function Freshness({ freshness: { state, expectedAt } }: Pick<Overview, 'freshness'>): ReactNode {
  if (state === 'unknown' || expectedAt === null) return <span className="soft">no scheduled time has passed yet</span>;
  return state === 'fresh' ? (
    <span className="fresh">
      fresh: newer than what was due <Time at={expectedAt} />
    </span>
  ) : (
    <span className="stale">
      stale: a run was due <Time at={expectedAt} />
    </span>
  );
}

function Next({ next }: Pick<Overview, 'next'>): ReactNode {
  return (
    <Card title="Next scheduled run">
      {next === null ? (
        <EmptyState title="None is scheduled">
          <Link href="/schedules">Schedules</Link>
        </EmptyState>
      ) : (
        <dl className="facts">
          <Fact term={`Schedule ${next.scheduleId}`} small>
            <Time at={next.at} />
          </Fact>
        </dl>
      )}
    </Card>
  );
}
