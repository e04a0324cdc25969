import type { ReactNode } from 'react';

const SHOWN = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A time of the viewer's place; pointing at it tells the zone, and the same in UTC. */
export function Time({ at }: { at: string }): ReactNode {
  return (
    <time dateTime={at} title={`${ZONE}; ${at.replace('T', ' ').replace(/(\.\d+)?Z$/, '')} UTC`}>
      {SHOWN.format(new Date(at))}
    </time>
  );
}
