import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import type { Logger } from '@retail-etl/runtime';

/**
 * Does `task` again and again until `signal` is aborted: at once, then `intervalMs` after each end, so it never overlaps itself; a
 * sixth more or less by chance, so that several gateways drift apart. A failure is logged when its kind changes, not every time.
 */
export async function repeat(
  name: string,
  intervalMs: number,
  task: () => Promise<unknown>,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  let failing = '';
  while (!signal.aborted) {
    try {
      await task();
      if (failing !== '') log.info({ task: name }, 'works again');
      failing = '';
    } catch (error) {
      const code = error instanceof EtlError ? error.code : 'INTERNAL';
      if (failing !== code)
        log.warn({ task: name, code, reason: error instanceof Error ? error.message : String(error) }, 'will be tried again');
      failing = code;
    }
    await sleep(intervalMs * (5 / 6 + Math.random() / 3), undefined, { signal }).catch(() => undefined);
  }
}
