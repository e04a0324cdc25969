import type { ReactNode } from 'react';
import { type RunReport, useRunLog } from '../api/run-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import { pageUpTo, useLeavePastEnd, useSearchState } from '../ui/search-state.js';
import { jobLabel } from './parts.js';

const PAGE = 200;
/** The last page that the API gives. */
const PAGES_MAX = 50_000;

const SHOWN = { log: pageUpTo(PAGES_MAX) };

/** What the jobs wrote, in the order of the journey. */
export function Log({ run }: { run: RunReport }): ReactNode {
  const [{ log: page }, show] = useSearchState(SHOWN);
  const offset = (page - 1) * PAGE;
  const log = useRunLog(run.id, run.state, run.epoch, offset);
  const { lines = [], next = null } = log.data ?? {};
  useLeavePastEnd(page > 1 && !log.isPlaceholderData && log.data?.lines.length === 0, () => show({ log: 1 }, 'replace'));
  return (
    <Card title="Log">
      {log.error ? <ErrorNote error={log.error} /> : null}
      {log.isPending ? <Loading label="Reading the log" /> : null}
      {log.data !== undefined && lines.length === 0 ? (
        <p className="run-note">There is no line of this run, or none is kept any more.</p>
      ) : null}
      {lines.length === 0 ? null : (
        <div className="run-log" tabIndex={0} role="region" aria-label="Log lines">
          <ol start={offset + 1}>
            {lines.map((line, index) => (
              // Lines have no id, and their order never changes.
              <li key={index}>
                <span className="log-step">{jobLabel(line)}</span> {line.line}
              </li>
            ))}
          </ol>
        </div>
      )}
      {page === 1 && next === null ? null : (
        <div className="pager">
          <Button kind="plain" disabled={page === 1} onClick={() => show({ log: page - 1 })}>
            Earlier
          </Button>
          <Button kind="plain" disabled={next === null} onClick={() => show({ log: page + 1 })}>
            Later
          </Button>
        </div>
      )}
    </Card>
  );
}
