import { useEffect, useState } from 'react';
import { at } from './base.js';
import type { Schemas } from './client.js';
import { useRefresh } from './queries.js';
import { hasEnded } from './run-queries.js';

type Progress = Schemas['RunProgress'];

/** The browser connects again by itself when the connection breaks, but not when it is answered by an error, as by a proxy while the gateway restarts. */
const RECONNECT_MS = 3_000;

/** How far a run is under this epoch, as the gateway tells it; undefined until the first word. */
export function useRunProgress(id: string, epoch: number): Progress | undefined {
  const [progress, setProgress] = useState<Progress>();
  const refresh = useRefresh();
  useEffect(() => {
    let events: EventSource;
    let reconnect: number | undefined;
    let hasMoved = false;
    const listen = (): void => {
      events = new EventSource(at(`/api/runs/${id}/events`));
      events.addEventListener('progress', ({ data }: MessageEvent<string>) => {
        const told = JSON.parse(data) as Progress;
        hasMoved ||= !hasEnded(told.state);
        setProgress(told);
      });
      events.addEventListener('end', () => {
        events.close();
        // What a run leaves is known only now; of one that had ended before, nothing is new.
        if (hasMoved) void refresh();
      });
      events.addEventListener('error', () => {
        if (events.readyState === EventSource.CLOSED) reconnect = window.setTimeout(listen, RECONNECT_MS);
      });
    };
    listen();
    return () => {
      window.clearTimeout(reconnect);
      events.close();
    };
  }, [id, epoch, refresh]);
  return progress;
}
