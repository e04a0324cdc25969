import { EtlError } from '@retail-etl/contracts';
import type { Engine } from '@retail-etl/duckdb';

/**
 * The jobs of a process share DuckDB's memory. One that finds no room beside another, as two chunks of nothing but rejects do not, is
 * done once more with nothing beside it, and in one thread.
 */
export class SharedMemory {
  readonly #engine: Engine;
  readonly #running = new Set<Promise<unknown>>();
  /** Settled while nobody runs alone or waits to. */
  #alone: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Calls `work` once or, if that ends in MEMORY_EXHAUSTED, a second time, alone. */
  async run<T>(work: (isAlone: boolean) => Promise<T>): Promise<T> {
    for (let seen: unknown; seen !== this.#alone;) {
      seen = this.#alone;
      await seen;
    }
    const shared = work(false);
    this.#running.add(shared);
    try {
      return await shared;
    } catch (error) {
      if (!(error instanceof EtlError) || error.code !== 'MEMORY_EXHAUSTED') throw error;
    } finally {
      this.#running.delete(shared);
    }
    const turn = this.#alone.then(async () => {
      await Promise.allSettled(this.#running);
      return this.#engine.withOneThread(() => work(true));
    });
    this.#alone = turn.catch(() => undefined);
    return turn;
  }
}
