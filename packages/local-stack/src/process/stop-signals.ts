import { say } from '@retail-etl/setup';
import type { Children } from './children.js';
import { commandOf, identifyProcess, isProcessAlive, parentOf } from './process-identity.js';

const NPM_INTERVAL_MS = 500;

export interface StopSignals {
  /** Aborted as soon as we are asked to stop. */
  readonly signal: AbortSignal;
}

/**
 * From now on Ctrl-C, SIGTERM, SIGHUP and the death of the npm that started us stop all children in good order; a second
 * signal kills them at once.
 */
export function listenForStop(children: Children): StopSignals {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) {
      children.killAll();
      return;
    }
    controller.abort();
    say('\nstopping');
    void children.stopAll();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  watchNpm(stop);
  return { signal: controller.signal };
}

/** A killed npm tells nobody, so it is looked at. Between it and us there may be a shell. */
function watchNpm(stop: () => void): void {
  const npm = [process.ppid, parentOf(process.ppid)].find((pid) => pid !== undefined && commandOf(pid).startsWith('npm'));
  if (npm === undefined) return;
  const identity = identifyProcess(npm);
  const timer = setInterval(() => {
    if (isProcessAlive(identity)) return;
    clearInterval(timer);
    stop();
  }, NPM_INTERVAL_MS);
  timer.unref();
}
