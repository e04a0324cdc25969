import { type ReactNode, useState } from 'react';
import { type Schedule, useDeleteSchedule, usePutSchedule } from '../api/schedule-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ConfirmDialog } from '../ui/confirm-dialog.js';
import { ErrorNote } from '../ui/error-note.js';
import { cronText } from './cron-text.js';
import { NextTimes } from './next-times.js';

/** What the parameters of a scheduled run say beyond the ordinary "everything, published". */
function scope({ from, to, dryRun }: Schedule['params']): string[] {
  return [
    ...(from === undefined ? [] : [`sales from ${from}`]),
    ...(to === undefined ? [] : [`sales to ${to}`]),
    ...(dryRun === true ? ['dry run, nothing is published'] : []),
  ];
}

export function ScheduleCard({
  schedule,
  canChange,
  onChange,
}: {
  schedule: Schedule;
  canChange: boolean;
  onChange: () => void;
}): ReactNode {
  const put = usePutSchedule();
  const remove = useDeleteSchedule();
  const [confirming, setConfirming] = useState(false);
  const { id, cron, tz, params, paused } = schedule;
  const isFixed = schedule.origin === 'environment';
  const error = put.error ?? remove.error;

  return (
    <Card title={id}>
      <p className="schedule-words">{cronText(cron) ?? cron}</p>
      <p className="soft">
        <code>{cron}</code> in {tz}
        {[...scope(params), ...(isFixed ? ['set by SCHEDULE_CRON'] : [])].map((text) => ` · ${text}`)}
        {paused ? <span className="schedule-paused"> Paused</span> : null}
      </p>
      <NextTimes id={id} times={schedule.next} tz={tz} />
      {error === null ? null : <ErrorNote error={error} />}
      {canChange ? (
        <div className="schedule-actions">
          <Button
            kind="plain"
            aria-label={`${paused ? 'Resume' : 'Pause'} ${id}`}
            disabled={put.isPending}
            onClick={() => put.mutate({ id, cron, tz, params, paused: !paused })}
          >
            {paused ? 'Resume' : 'Pause'}
          </Button>
          {isFixed ? null : <OwnActions id={id} isBusy={remove.isPending} onChange={onChange} onDelete={() => setConfirming(true)} />}
        </div>
      ) : null}
      <ConfirmDialog
        open={confirming}
        title={`Delete schedule ${id}?`}
        confirmLabel="Delete schedule"
        onConfirm={() => {
          setConfirming(false);
          remove.mutate(id);
        }}
        onClose={() => setConfirming(false)}
      >
        It starts no more runs. Runs that it has started stay as they are.
      </ConfirmDialog>
    </Card>
  );
}

/** What can be done with a schedule that does not come from the environment. */
function OwnActions({
  id,
  isBusy,
  onChange,
  onDelete,
}: {
  id: string;
  isBusy: boolean;
  onChange: () => void;
  onDelete: () => void;
}): ReactNode {
  return (
    <>
      <Button kind="plain" aria-label={`Change ${id}`} onClick={onChange}>
        Change
      </Button>
      <Button kind="danger" aria-label={`Delete ${id}`} disabled={isBusy} onClick={onDelete}>
        Delete
      </Button>
    </>
  );
}
