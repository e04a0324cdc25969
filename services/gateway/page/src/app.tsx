import { lazy, type ReactNode, Suspense } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { at } from './api/base.js';
import { stopAsking } from './api/client.js';
import { useMe } from './api/queries.js';
import OverviewPage from './overview/overview-page.js';
import { EmptyState } from './ui/empty-state.js';
import { Loading } from './ui/loading.js';
import { LongText } from './ui/long-text.js';

// Only the first view comes with the first load.
const RunsPage = lazy(() => import('./runs/runs-page.js'));
const RunPage = lazy(() => import('./run/run-page.js'));
const VersionsPage = lazy(() => import('./versions/versions-page.js'));
const ComparePage = lazy(() => import('./compare/compare-page.js'));
const SchedulesPage = lazy(() => import('./schedules/schedules-page.js'));
const SourcesPage = lazy(() => import('./sources/sources-page.js'));
const TryPage = lazy(() => import('./try-file/try-page.js'));
const SessionsPage = lazy(() => import('./sessions/sessions-page.js'));

const VIEWS = [
  ['/', 'Overview'],
  ['/runs', 'Runs'],
  ['/versions', 'Versions'],
  ['/schedules', 'Schedules'],
  ['/sources', 'Sources'],
] as const;

/** What the API shows to operators alone. */
const OPERATOR_VIEWS = [
  ['/try', 'Try a file'],
  ['/sessions', 'Sessions'],
] as const;

const QUEUES = ['runs', 'extract', 'transform', 'load'] as const;

/** The frame of every view: where one is, where one can go, who one is. */
export function App(): ReactNode {
  return (
    <>
      <a className="skip" href="#view">
        Skip to the content
      </a>
      <Header />
      <main id="view">
        <Suspense fallback={<Loading label="Opening" />}>
          <Switch>
            <Route path="/" component={OverviewPage} />
            <Route path="/runs" component={RunsPage} />
            <Route path="/runs/:id" component={RunPage} />
            <Route path="/versions" component={VersionsPage} />
            <Route path="/compare/:before/:after" component={ComparePage} />
            <Route path="/schedules" component={SchedulesPage} />
            <Route path="/sources" component={SourcesPage} />
            <Route path="/try" component={TryPage} />
            <Route path="/sessions" component={SessionsPage} />
            <Route>
              <h1>Not here</h1>
              <EmptyState title="There is no such view">Choose one above.</EmptyState>
            </Route>
          </Switch>
        </Suspense>
      </main>
      <footer>
        <span>Queues:</span>
        {QUEUES.map((queue) => (
          <a key={queue} href={at(`/queues/queue/${queue}`)}>
            {queue}
          </a>
        ))}
      </footer>
    </>
  );
}

function Header(): ReactNode {
  const [path] = useLocation();
  const me = useMe();
  const isCurrent = (href: string): boolean => (href === '/' ? path === '/' : path.startsWith(href));
  return (
    <header className="bar">
      <Link href="/" className="brand">
        <img src={at('/assets/icon.svg')} alt="" width="22" height="22" /> Retail sales
      </Link>
      <nav aria-label="Views">
        {[...VIEWS, ...(me.data?.role === 'operator' ? OPERATOR_VIEWS : [])].map(([href, name]) => (
          <Link key={href} href={href} aria-current={isCurrent(href) ? 'page' : undefined}>
            {name}
          </Link>
        ))}
        <a href={at('/queues')}>Queues</a>
        <a href={at('/docs')}>API</a>
      </nav>
      <form method="post" action={at('/logout')} className="who" onSubmit={stopAsking}>
        {me.data === undefined ? null : (
          <span className="soft">
            <LongText text={me.data.username} /> · {me.data.role}
          </span>
        )}
        <button className="button-plain" type="submit">
          Sign out
        </button>
      </form>
    </header>
  );
}
