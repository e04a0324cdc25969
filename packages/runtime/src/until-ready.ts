import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError, refusesStart } from '@retail-etl/contracts';
import type { Logger } from './logger.js';

/**
 * Tries `probe` until it succeeds, waiting 0.2 s to 5 s between tries with jitter, and logs one line a try: servers may come
 * up later than this service. Ends early, by throwing the abort reason, when `signal` is aborted. An error that waiting cannot help
 * (`refusesStart`) is thrown at once.
 */
export async function untilReady(what: string, probe: () => Promise<unknown>, log: Logger, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      await probe();
      if (attempt > 1) log.info({ attempt }, `${what} is ready`);
      return;
    } catch (error) {
      if (refusesStart(error)) throw error;
      const waitMs = Math.round(Math.min(200 * 2 ** (attempt - 1), 5_000) * (0.75 + Math.random() / 2));
      const reason = error instanceof Error ? error.message : String(error);
      const known = error instanceof EtlError ? { code: error.code, remedy: error.remedy } : {};
      // Waiting does not heal what a person has to change; whoever reads the log has to see it.
      const level = error instanceof EtlError && !error.transient ? 'error' : 'warn';
      log[level]({ attempt, waitMs, reason, ...known }, `waiting for ${what}`);
      await sleep(waitMs, undefined, { signal });
    }
  }
}
