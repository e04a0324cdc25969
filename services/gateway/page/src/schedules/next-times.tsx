import type { ReactNode } from 'react';
import { inZone, sameClock, viewerZone } from './zones.js';

/** The next times by the schedule's clock and, where that differs, by the viewer's. */
export function NextTimes({ id, times, tz }: { id: string; times: readonly string[]; tz: string }): ReactNode {
  const [first] = times;
  if (first === undefined) return <p className="soft">Paused: no run is due.</p>;
  const twoClocks = !sameClock(times, tz, viewerZone);
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={`Next times of ${id}`}>
      <table className="next-times">
        <thead>
          <tr>
            <th scope="col">{twoClocks ? `Next, in ${tz}` : `Next, in ${tz} and here`}</th>
            {twoClocks ? <th scope="col">Here ({viewerZone})</th> : null}
          </tr>
        </thead>
        <tbody>
          {times.map((time) => (
            <tr key={time}>
              <td>
                <time dateTime={time} title={`${time} (UTC)`}>
                  {inZone(time, tz)}
                </time>
              </td>
              {twoClocks ? <td>{inZone(time, viewerZone)}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
