import type { Database } from '@retail-etl/mysql';
import type { Delivery, Outcome } from '@retail-etl/queue';
import { createLogger } from '../src/logger.js';
import { type StepHandler, runStep } from '../src/step-runner.js';

type LoadHandler = StepHandler<'load'>;

/** One delivery of a job, with what it was told. */
export class StepDelivery {
  readonly lost = new AbortController();
  readonly stopping = new AbortController();
  readonly notes: string[] = [];
  readonly figures: object[] = [];
  readonly #job: Pick<Delivery, 'name' | 'data' | 'attempt' | 'isLastAttempt'>;

  /** A load at its first of several tries, unless told otherwise. */
  constructor(job: { name?: string; data: unknown; attempt?: number; isLastAttempt?: boolean }) {
    this.#job = { name: 'load', attempt: 1, isLastAttempt: false, ...job };
  }

  /** Gives the job to a service that carries the queue `load`. */
  async run(database: Database, load: LoadHandler, options: { timeoutMs?: number } = {}): Promise<Outcome> {
    const delivery: Delivery = {
      id: 'job-7',
      timestamp: Date.now(),
      lost: this.lost.signal,
      note: async (line) => {
        this.notes.push(line);
      },
      progress: async (figures) => {
        this.figures.push(figures);
      },
      ...this.#job,
    };
    const log = createLogger('loader', 'silent');
    return runStep<'load'>(delivery, { database, log, stopping: this.stopping.signal, handlers: { load }, ...options });
  }
}

/** Resolves once `signal` is aborted, with the reason. */
export async function aborted(signal: AbortSignal): Promise<unknown> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return signal.reason as unknown;
}
