import type { ReactNode } from 'react';
import { useHold, useSetHold } from '../api/version-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ErrorNote } from '../ui/error-note.js';
import { LongText } from '../ui/long-text.js';
import { Time } from '../ui/time.js';

/** Whether runs replace what is published, and for operators how to change that. */
export function HoldCard({ canChange }: { canChange: boolean }): ReactNode {
  const state = useHold();
  const change = useSetHold();
  const hold = state.data?.hold;
  if (hold === undefined) return state.error ? <ErrorNote error={state.error} /> : null;
  return (
    <Card title={hold === null ? 'Runs publish' : 'Publications are held'}>
      <p role="status">
        {hold === null ? (
          'Each run that succeeds replaces what is published.'
        ) : (
          <>
            Held by <LongText text={hold.by} /> since <Time at={hold.at} />. Runs end as previewed until it is released.
          </>
        )}
      </p>
      {change.error === null ? null : <ErrorNote error={change.error} />}
      {canChange ? (
        <Button kind={hold === null ? 'plain' : 'main'} disabled={change.isPending} onClick={() => change.mutate(hold === null)}>
          {hold === null ? 'Hold publications' : 'Release'}
        </Button>
      ) : null}
    </Card>
  );
}

/** A line that says so on other views while publications are held. */
export function HoldNote(): ReactNode {
  const hold = useHold().data?.hold ?? null;
  if (hold === null) return null;
  return (
    <p className="stale" role="status">
      Publications are held by <LongText text={hold.by} /> since <Time at={hold.at} />: runs end as previewed.
    </p>
  );
}
