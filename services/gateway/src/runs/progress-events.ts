import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError, isTerminal, type RunProgress } from '@retail-etl/contracts';

const LOOK_MS = 200;
/** An event goes out at least this often, changed or not, so that a listener knows that the connection lives. */
const QUIET_MS_MAX = 700;

const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/**
 * A run's progress as server-sent events: `progress` at each change and at least once a second, `end` when the run has ended. A server
 * that is away shows as a comment line, which keeps the connection; listening goes on when it is back.
 */
export async function* progressEvents(read: () => Promise<RunProgress>, signal: AbortSignal): AsyncGenerator<string> {
  let last = '';
  let sentAt = 0;
  yield 'retry: 1000\n\n';
  while (!signal.aborted) {
    let progress: RunProgress | undefined;
    try {
      progress = await read();
    } catch (error) {
      if (error instanceof EtlError && error.code === 'NOT_FOUND') return;
      if (performance.now() - sentAt > QUIET_MS_MAX) {
        sentAt = performance.now();
        yield ': waiting for the servers\n\n';
      }
    }
    if (progress !== undefined) {
      const text = event('progress', progress);
      if (text !== last || performance.now() - sentAt > QUIET_MS_MAX) {
        last = text;
        sentAt = performance.now();
        yield text;
      }
      if (isTerminal(progress.state)) {
        yield event('end', { state: progress.state });
        return;
      }
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
