import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { hasEnded, type RunReport, tookMs } from '../api/run-queries.js';
import { useCancelRun, useRetryRun, useStartRun } from '../api/queries.js';
import { Fact } from '../ui/fact.js';
import { Button } from '../ui/button.js';
import { ConfirmDialog } from '../ui/confirm-dialog.js';
import { ErrorNote } from '../ui/error-note.js';
import { formatDuration } from '../ui/format.js';
import { StateBadge } from '../ui/state-badge.js';
import { Time } from '../ui/time.js';

function windowText({ from, to }: Pick<RunReport['params'], 'from' | 'to'>): string {
  if (from === undefined && to === undefined) return 'all days';
  if (from === undefined) return `up to ${to}`;
  return to === undefined ? `from ${from}` : `${from} to ${to}`;
}

/** Which run this is, in which state, and what an operator can do with it. */
export function RunHead({ run, canChange }: { run: RunReport; canChange: boolean }): ReactNode {
  const took = tookMs(run);
  return (
    <header className="run-head">
      <div className="run-title">
        <h1>Run {run.seq}</h1>
        <StateBadge state={run.state} />
        {run.held === undefined ? null : <span className="run-tag">Not published: publications were held</span>}
        {run.params.dryRun === true ? <span className="run-tag">Dry run: nothing is published</span> : null}
        {canChange ? <Actions run={run} /> : null}
      </div>
      <dl className="run-facts">
        <Fact term="Id">
          <code>{run.id}</code>
        </Fact>
        <Fact term="Asked for">
          <Time at={run.createdAt} />
        </Fact>
        <Fact term="By">
          {run.trigger.by} ({run.trigger.kind}
          {run.trigger.late ? ', late' : ''})
        </Fact>
        {run.madeBy === undefined ? (
          <Fact term="Sales of">{windowText(run.params)}</Fact>
        ) : (
          <Fact term="Publishes again">
            <Link href={`/runs/${run.madeBy.id}`}>run {run.madeBy.seq}</Link>, sales of {windowText(run.madeBy)}
          </Fact>
        )}
        {took === undefined ? null : <Fact term={run.finishedAt === null ? 'Working for' : 'Took'}>{formatDuration(took)}</Fact>}
        {run.epoch > 1 ? <Fact term="Retries">{run.epoch - 1}</Fact> : null}
        {run.cancelled === null ? null : (
          <Fact term="Cancelled">
            <Time at={run.cancelled.at} />
            {run.cancelled.by === null ? '' : ` by ${run.cancelled.by}`}
          </Fact>
        )}
        {run.published === null ? null : (
          <Fact term="Published">
            <Time at={run.published.at} />
          </Fact>
        )}
      </dl>
    </header>
  );
}

function Actions({ run }: { run: RunReport }): ReactNode {
  const [, goTo] = useLocation();
  const [confirming, setConfirming] = useState(false);
  const cancel = useCancelRun();
  const retry = useRetryRun();
  const start = useStartRun();
  const error = cancel.error ?? retry.error ?? start.error;
  const isBusy = cancel.isPending || retry.isPending || start.isPending;
  return (
    <div className="run-actions">
      {run.retryable ? (
        <Button disabled={isBusy} onClick={() => retry.mutate(run.id)}>
          Retry
        </Button>
      ) : null}
      {hasEnded(run.state) && run.params.publish !== undefined ? null : hasEnded(run.state) ? (
        <Button
          kind="plain"
          disabled={isBusy}
          onClick={() => start.mutate(run.params, { onSuccess: (accepted) => goTo(`/runs/${accepted.id}`) })}
        >
          Run again
        </Button>
      ) : (
        <Button kind="danger" disabled={isBusy} onClick={() => setConfirming(true)}>
          Cancel run
        </Button>
      )}
      {error === null ? null : <ErrorNote error={error} />}
      <ConfirmDialog
        open={confirming}
        title={`Cancel run ${run.seq}?`}
        confirmLabel="Cancel the run"
        onConfirm={() => {
          setConfirming(false);
          cancel.mutate(run.id);
        }}
        onClose={() => setConfirming(false)}
      >
        Nothing of it is published, and it cannot be taken up again.
      </ConfirmDialog>
    </div>
  );
}
