import { type ReactNode, useRef, useState } from 'react';
import { useMe } from '../api/queries.js';
import { type Session, useEndSession, useSessions } from '../api/session-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { ConfirmDialog } from '../ui/confirm-dialog.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import { LongText } from '../ui/long-text.js';
import { Time } from '../ui/time.js';
import './sessions.css';

/** Who is signed in, since when and from where; an operator can end the sessions of others. */
export default function SessionsPage(): ReactNode {
  const me = useMe();
  const isOperator = me.data?.role === 'operator';
  const sessions = useSessions(isOperator);
  const end = useEndSession();
  const heading = useRef<HTMLHeadingElement>(null);
  const [asked, setAsked] = useState<Session>();
  const close = (): void => setAsked(undefined);
  const confirm = (): void => {
    close();
    if (asked === undefined) return;
    end.mutate(asked, {
      onSettled: () => {
        // The button that had the focus is gone with its row. Whoever has gone on meanwhile stays there.
        if (document.activeElement === document.body) heading.current?.focus();
      },
    });
  };

  return (
    <>
      <div className="page-head">
        <h1 ref={heading} tabIndex={-1}>
          Sessions
        </h1>
      </div>
      {me.data === undefined || isOperator ? null : (
        <EmptyState title="For operators alone">Sign in as the operator to see who is signed in.</EmptyState>
      )}
      {sessions.error ? <ErrorNote error={sessions.error} /> : null}
      {end.error ? <ErrorNote error={end.error} /> : null}
      <p className="session-news soft" role="status">
        {end.isSuccess ? `The session of ${end.variables.username} has ended.` : ''}
      </p>
      {isOperator && sessions.isPending ? <Loading label="Reading the sessions" /> : null}
      {sessions.data === undefined ? null : (
        <Card title="Signed in">
          <SessionTable sessions={sessions.data.sessions} isBusy={end.isPending} onEnd={setAsked} />
        </Card>
      )}
      <ConfirmDialog
        open={asked !== undefined}
        title={`End the session of ${asked?.username ?? ''}?`}
        confirmLabel="End session"
        onConfirm={confirm}
        onClose={close}
      >
        That browser is signed out at once. Whoever knows the password can sign in again.
      </ConfirmDialog>
    </>
  );
}

interface TableProps {
  readonly sessions: readonly Session[];
  readonly isBusy: boolean;
  readonly onEnd: (session: Session) => void;
}

function SessionTable({ sessions, isBusy, onEnd }: TableProps): ReactNode {
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Sessions">
      <table>
        <thead>
          <tr>
            {['User', 'Since', 'Last seen', 'From', 'Browser', 'End'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sessions.map((session) => (
            <tr key={session.id} aria-current={session.current ? 'true' : undefined}>
              <th scope="row">
                <LongText text={session.username} /> <span className="soft">· {session.role}</span>
              </th>
              <td>
                <Time at={session.startedAt} />
              </td>
              <td>
                <Time at={session.lastUsedAt} />
              </td>
              <td>{session.address === '' ? 'not known' : <LongText text={session.address} />}</td>
              <td>{session.client === '' ? 'not known' : <LongText text={session.client} />}</td>
              <td>
                {session.current ? (
                  <span className="session-own">this session</span>
                ) : (
                  <Button
                    kind="danger"
                    disabled={isBusy}
                    aria-label={`End this session of ${session.username}, from ${session.address || 'an unknown place'}`}
                    onClick={() => onEnd(session)}
                  >
                    End this session
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
