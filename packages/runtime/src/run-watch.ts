import { isTerminal } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import type { Database } from '@retail-etl/mysql';
import { readRunState } from '@retail-etl/ledger';

/** How often a working step looks whether its run was cancelled. The page promises two seconds for the state, a minute for the rest. */
const WATCH_INTERVAL_MS = 1_000;

/** True if the run still works under this epoch; a step of any other run has nothing to do. */
export async function isLive(database: Database, runId: string, epoch: number): Promise<boolean> {
  const now = await readRunState(database, runId);
  return now !== undefined && now.epoch === epoch && !isTerminal(now.state);
}

/** Aborts `controller` once the run has ended or goes on under another epoch. An unreachable ledger changes nothing. Returns a stop. */
export function watchRun(database: Database, runId: string, epoch: number, controller: AbortController): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    isLive(database, runId, epoch)
      .then((live) => {
        if (!live) controller.abort(new Error(`run ${runId} has ended`));
      })
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  }, scaledMs(WATCH_INTERVAL_MS));
  return () => clearInterval(timer);
}
