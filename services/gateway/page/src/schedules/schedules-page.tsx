import { type ReactNode, useState } from 'react';
import { useMe } from '../api/queries.js';
import { type Schedule, useSchedules } from '../api/schedule-queries.js';
import { Button } from '../ui/button.js';
import { Card } from '../ui/card.js';
import { EmptyState } from '../ui/empty-state.js';
import { ErrorNote } from '../ui/error-note.js';
import { Loading } from '../ui/loading.js';
import { ScheduleCard } from './schedule-card.js';
import { ScheduleForm } from './schedule-form.js';
import './schedules.css';

type Editing = { kind: 'nothing' } | { kind: 'new' } | { kind: 'change'; schedule: Schedule };

/** The schedules: what each says in plain words, when it is due next, and, for an operator, the changes to it. */
export default function SchedulesPage(): ReactNode {
  const schedules = useSchedules();
  const me = useMe();
  const [editing, setEditing] = useState<Editing>({ kind: 'nothing' });
  const canChange = me.data?.role === 'operator';
  const close = (): void => setEditing({ kind: 'nothing' });
  const list = schedules.data?.schedules ?? [];

  return (
    <>
      <div className="page-head">
        <h1>Schedules</h1>
        {canChange && editing.kind === 'nothing' ? <Button onClick={() => setEditing({ kind: 'new' })}>Add schedule</Button> : null}
      </div>
      {canChange && editing.kind === 'new' ? (
        <Card title="New schedule">
          <ScheduleForm taken={list.map(({ id }) => id)} onDone={close} />
        </Card>
      ) : null}
      {schedules.error ? <ErrorNote error={schedules.error} /> : null}
      {schedules.isPending ? <Loading label="Reading the schedules" /> : null}
      {schedules.data !== undefined && list.length === 0 ? (
        <EmptyState title="No schedule yet">
          Runs start only when somebody starts them.{canChange ? ' Add a schedule to have them start by themselves.' : ''}
        </EmptyState>
      ) : null}
      <div className="schedule-list">
        {list.map((schedule) =>
          canChange && editing.kind === 'change' && editing.schedule.id === schedule.id ? (
            <Card key={schedule.id} title={`Change ${schedule.id}`}>
              <ScheduleForm schedule={schedule} taken={[]} onDone={close} />
            </Card>
          ) : (
            <ScheduleCard
              key={schedule.id}
              schedule={schedule}
              canChange={canChange}
              onChange={() => setEditing({ kind: 'change', schedule })}
            />
          ),
        )}
      </div>
    </>
  );
}
