import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { type Schedule, usePutSchedule } from '../api/schedule-queries.js';
import { Button } from '../ui/button.js';
import { ErrorNote } from '../ui/error-note.js';
import { cronText } from './cron-text.js';
import { knownZones, viewerZone } from './zones.js';

/** Adds a schedule, or changes `schedule`. `taken` are ids that a new one may not have, since saving would replace theirs. */
export function ScheduleForm({
  schedule,
  taken,
  onDone,
}: {
  schedule?: Schedule;
  taken: readonly string[];
  onDone: () => void;
}): ReactNode {
  const put = usePutSchedule();
  const [id, setId] = useState(schedule?.id ?? '');
  const [cron, setCron] = useState(schedule?.cron ?? '0 6 * * *');
  const [tz, setTz] = useState(schedule?.tz ?? viewerZone);
  const [from, setFrom] = useState(schedule?.params.from ?? '');
  const [to, setTo] = useState(schedule?.params.to ?? '');
  const [isDryRun, setDryRun] = useState(schedule?.params.dryRun ?? false);
  const field = useId();
  const isTaken = schedule === undefined && taken.includes(id);

  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (isTaken) return;
    const params = { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }), ...(isDryRun ? { dryRun: true } : {}) };
    put.mutate({ id, cron, tz, params, paused: schedule?.paused ?? false }, { onSuccess: onDone });
  };

  return (
    <form className="schedule-form" onSubmit={save}>
      {schedule === undefined ? <NameField field={field} id={id} setId={setId} isTaken={isTaken} /> : null}
      <CronField field={field} cron={cron} setCron={setCron} />
      <ZoneField field={field} tz={tz} setTz={setTz} />
      <div className="schedule-field">
        <label htmlFor={`${field}-from`}>Sales from (optional)</label>
        <input id={`${field}-from`} type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
      </div>
      <div className="schedule-field">
        <label htmlFor={`${field}-to`}>Sales to (optional)</label>
        <input id={`${field}-to`} type="date" value={to} onChange={(event) => setTo(event.target.value)} />
      </div>
      <label className="schedule-check">
        <input type="checkbox" checked={isDryRun} onChange={(event) => setDryRun(event.target.checked)} /> Dry run
      </label>
      {put.error === null ? null : <ErrorNote error={put.error} />}
      <div className="schedule-actions">
        <Button type="submit" disabled={put.isPending}>
          {put.isPending ? 'Saving…' : 'Save schedule'}
        </Button>
        <Button kind="plain" type="button" onClick={onDone}>
          Back
        </Button>
      </div>
    </form>
  );
}

function NameField({ field, id, setId, isTaken }: { field: string; id: string; setId: (id: string) => void; isTaken: boolean }): ReactNode {
  return (
    <div className="schedule-field">
      <label htmlFor={`${field}-id`}>Name</label>
      <input
        id={`${field}-id`}
        value={id}
        onChange={(event) => setId(event.target.value)}
        pattern="[a-z0-9][a-z0-9_\-]{0,63}"
        title="Small letters, digits, _ and -"
        placeholder="nightly"
        autoCapitalize="none"
        spellCheck={false}
        required
        aria-invalid={isTaken}
        aria-describedby={`${field}-id-hint`}
      />
      <small id={`${field}-id-hint`}>{isTaken ? 'There is a schedule of this name already.' : 'Small letters, digits, _ and -'}</small>
    </div>
  );
}

function CronField({ field, cron, setCron }: { field: string; cron: string; setCron: (cron: string) => void }): ReactNode {
  return (
    <div className="schedule-field">
      <label htmlFor={`${field}-cron`}>Cron</label>
      <input
        id={`${field}-cron`}
        value={cron}
        onChange={(event) => setCron(event.target.value)}
        autoCapitalize="none"
        spellCheck={false}
        minLength={9}
        maxLength={120}
        required
        aria-describedby={`${field}-cron-words`}
      />
      <small id={`${field}-cron-words`} aria-live="polite">
        {cronText(cron) ?? 'Five fields: minute, hour, day, month, weekday'}
      </small>
    </div>
  );
}

function ZoneField({ field, tz, setTz }: { field: string; tz: string; setTz: (tz: string) => void }): ReactNode {
  return (
    <div className="schedule-field">
      <label htmlFor={`${field}-tz`}>Time zone</label>
      <input
        id={`${field}-tz`}
        value={tz}
        onChange={(event) => setTz(event.target.value)}
        list={`${field}-zones`}
        maxLength={64}
        spellCheck={false}
        required
      />
      <datalist id={`${field}-zones`}>
        {knownZones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <small>Such as Europe/Berlin; follows summer time.</small>
    </div>
  );
}
