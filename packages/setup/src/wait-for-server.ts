import { EtlError } from '@retail-etl/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from './problem.js';

const WAIT_TIMEOUT_MS = 60_000;
const RETRY_INTERVAL_MS = 500;

export interface WaitOptions {
  /** For people: which server, and its address. */
  readonly what: string;
  readonly say: (line: string) => void;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Does `action`, again and again for up to a minute while it throws an EtlError that is transient; says once that it waits. */
export async function waitForServer<T>(
  action: () => Promise<T>,
  { what, say, timeoutMs = WAIT_TIMEOUT_MS, signal }: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let said = false; ;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof EtlError) || !error.transient || performance.now() > deadline) throw error;
      if (!said) say(`waiting for ${what}, for up to ${Math.round(timeoutMs / 1000)} s: ${errorText(error)}`);
      said = true;
    }
    await sleep(RETRY_INTERVAL_MS, undefined, signal === undefined ? {} : { signal });
  }
}
