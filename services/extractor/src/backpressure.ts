import { setTimeout as sleep } from 'node:timers/promises';
import { listStagedChunks, type RunFolders } from '@retail-etl/staging';

/** Chunks of a run that may be staged but not yet transformed. It bounds the staged bytes whatever the number of extractors. */
const STAGED_CHUNKS_MAX = 12;
const POLL_MS = 25;

/**
 * Waits while enough chunks are staged. A partition whose own chunks have all been transformed is always admitted, so that each
 * goes on at some pace and nothing can wait for ever on what another has left behind.
 */
export function backpressure(folders: RunFolders, signal: AbortSignal): { admit: () => Promise<void>; staged: (chunk: string) => void } {
  const own = new Set<string>();
  return {
    async admit() {
      for (;;) {
        signal.throwIfAborted();
        const waiting = await listStagedChunks(folders);
        for (const chunk of own) if (!waiting.has(chunk)) own.delete(chunk);
        if (own.size === 0 || waiting.size < STAGED_CHUNKS_MAX) return;
        await sleep(POLL_MS, undefined, { signal });
      }
    },
    staged: (chunk) => {
      own.add(chunk);
    },
  };
}
