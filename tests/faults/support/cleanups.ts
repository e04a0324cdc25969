import { setTimeout as sleep } from 'node:timers/promises';

/** Its function's name says what it does, should it hang. */
type Cleanup = () => Promise<unknown>;

/** Longer than any takes: a service has 20 s to stop. */
const CLEANUP_TIMEOUT_MS = 60_000;

/** What has to be undone after a test, the last first. */
export class Cleanups {
  readonly #cleanups: Cleanup[] = [];

  add(cleanup: Cleanup): void {
    this.#cleanups.push(cleanup);
  }

  /** Throws the first error, with what was still to do left undone. */
  async run(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await bounded(cleanup);
  }

  /** Does all of them, whatever becomes of each. */
  async runAll(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await bounded(cleanup).catch(() => undefined);
  }
}

async function bounded(cleanup: Cleanup): Promise<void> {
  const timeout = new AbortController();
  const tooLong = sleep(CLEANUP_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
    throw new Error(`cleaning up after the tests: ${cleanup.name} hangs`);
  });
  try {
    await Promise.race([cleanup(), tooLong]);
  } finally {
    timeout.abort();
    tooLong.catch(() => undefined);
  }
}
