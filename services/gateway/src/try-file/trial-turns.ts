import { Limited } from '../limited.js';

/** So many trials wait for the one that runs. */
const WAITING_MAX = 3;
/** A trial waits no longer: the time for a request runs on. */
const WAIT_MS_MAX = 15_000;
const RETRY_AFTER_SECONDS = 10;

const busy = (): Limited => new Limited('other files are being tried just now', RETRY_AFTER_SECONDS);

/** Lets one trial run at a time and a few wait, in order. Throws RATE_LIMITED beyond, and for one that waits too long; the signal's reason if it fires. */
export function trialTurns(waitMsMax = WAIT_MS_MAX): <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T> {
  let isRunning = false;
  const queue: (() => void)[] = [];

  const turn = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (error: Error): void => {
        queue.splice(queue.indexOf(begin), 1);
        end();
        reject(error);
      };
      const onAbort = (): void => leave(signal.reason as Error);
      const timer = setTimeout(() => leave(busy()), waitMsMax);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      const begin = (): void => {
        end();
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      queue.push(begin);
    });

  return async (signal, work) => {
    signal.throwIfAborted();
    if (isRunning && queue.length >= WAITING_MAX) throw busy();
    if (isRunning) await turn(signal);
    isRunning = true;
    try {
      return await work();
    } finally {
      // The place goes straight to the next one that waits, so nobody slips in between.
      const next = queue.shift();
      if (next === undefined) isRunning = false;
      else next();
    }
  };
}
