import { setTimeout as sleep } from 'node:timers/promises';
import { listStagedChunks, type RunFolders } from '@retail-etl/staging';

/** Chunks of a run that may be staged but not yet transformed. It bounds the staged bytes whatever the number of extractors. */
const STAGED_CHUNKS_MAX = 12;
const POLL_MS = 25;

/**
 * Holds one partition back while enough chunks of the run are staged. A partition whose own chunks have all been transformed is always
 * admitted, so that each makes progress and nothing can wait for ever for what another has left.
 */
export class Backpressure {
  readonly #folders: RunFolders;
  readonly #signal: AbortSignal;
  /** Staged chunks of this partition that have not been transformed, as far as is known. */
  readonly #own = new Set<string>();

  constructor(folders: RunFolders, signal: AbortSignal) {
    this.#folders = folders;
    this.#signal = signal;
  }

  /** Resolves when another chunk may be staged; rejects with the signal's reason once it is aborted. */
  async admit(): Promise<void> {
    for (;;) {
      this.#signal.throwIfAborted();
      const waiting = await listStagedChunks(this.#folders);
      for (const chunk of this.#own) if (!waiting.has(chunk)) this.#own.delete(chunk);
      if (this.#own.size === 0 || waiting.size < STAGED_CHUNKS_MAX) return;
      await sleep(POLL_MS, undefined, { signal: this.#signal });
    }
  }

  staged(chunk: string): void {
    this.#own.add(chunk);
  }
}
