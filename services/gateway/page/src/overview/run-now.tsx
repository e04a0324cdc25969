import { type FormEvent, type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { type RunParams, useStartRun } from '../api/queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';

/** Starts a run and goes to it. */
export function RunNow(): ReactNode {
  const [, goTo] = useLocation();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [dryRun, setDryRun] = useState(false);
  const start = useStartRun();
  const hasWindow = from !== '' || to !== '';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const params: RunParams = { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }), ...(dryRun ? { dryRun } : {}) };
    start.mutate(params, { onSuccess: ({ id }) => goTo(`/runs/${id}`) });
  };

  return (
    <Card title="Run now">
      <form className="run-form" onSubmit={submit}>
        <div>
          <label htmlFor="run-from">From (optional)</label>
          <input id="run-from" type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
        </div>
        <div>
          <label htmlFor="run-to">To (optional)</label>
          <input id="run-to" type="date" value={to} onChange={(event) => setTo(event.target.value)} />
        </div>
        <div className="check">
          <input id="run-dry" type="checkbox" checked={dryRun} onChange={(event) => setDryRun(event.target.checked)} />
          <label htmlFor="run-dry">Dry run</label>
        </div>
        <Button type="submit" disabled={start.isPending}>
          Run now
        </Button>
      </form>
      {hasWindow && !dryRun ? (
        <p className="soft">The sums of these days alone will replace the whole published table, as every run does.</p>
      ) : null}
      {start.error === null ? null : <ErrorNote error={start.error} />}
    </Card>
  );
}
