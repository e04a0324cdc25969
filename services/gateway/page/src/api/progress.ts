import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Schemas } from './client.js';

/** How far a run is, as the gateway tells it; undefined until the first word. The browser reconnects by itself until the run has ended. */
export function useRunProgress(id: string): Schemas['RunProgress'] | undefined {
  const [progress, setProgress] = useState<Schemas['RunProgress']>();
  const queries = useQueryClient();
  useEffect(() => {
    const events = new EventSource(`/api/runs/${id}/events`);
    events.addEventListener('progress', ({ data }: MessageEvent<string>) => setProgress(JSON.parse(data) as Schemas['RunProgress']));
    events.addEventListener('end', () => {
      events.close();
      // What a run leaves is known only now.
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    });
    return () => events.close();
  }, [id, queries]);
  return progress;
}
