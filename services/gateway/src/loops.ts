import { scaledMs } from '@retail-etl/faults';
import { alertRounds } from './alerts/alert-rounds.js';
import { openChannels } from './alerts/channels.js';
import { raiseMissedAlerts } from './alerts/raise-alerts.js';
import { watchRecorder } from './alerts/watches.js';
import type { GatewayDeps } from './deps.js';
import { watchQueue } from './ops/queue-liveness.js';
import { clockWatch } from './ops/watch-clock.js';
import { repeat } from './ops/repeat.js';
import { retention } from './runs/retention.js';
import { newSweepMemory, removeCancelledFlows, sweepRuns } from './runs/sweep-runs.js';
import { scheduleKeeper } from './schedules/keep-schedules.js';

export interface Loops {
  /** Null while jobs on `runs` are taken; otherwise why this process should be replaced. */
  readonly liveness: () => string | null;
  /** Resolves when the loops have ended, after the service began to stop. */
  readonly stopped: () => Promise<void>;
}

const SWEEP_MS = 1_000;
const SCHEDULES_MS = 5_000;
const ALERTS_MS = 2_000;
const CANCELLED_MS = 10_000;
const QUEUE_MS = 15_000;
const MISSED_MS = 30_000;
// What a cancelled run staged has to be gone within a minute.
const RETENTION_MS = 30_000;
/** A wrong clock can start a scheduled run as soon as jobs are taken, so taking begins with the first look. */
const CLOCK_MS = 10_000;

/** Starts what the gateway does by itself, until the service stops. */
export function startLoops(deps: GatewayDeps): Loops {
  const loop = (name: string, intervalMs: number, task: () => Promise<unknown>): Promise<void> =>
    repeat(name, scaledMs(intervalMs), task, deps.log, deps.stopping);
  const memory = newSweepMemory();
  const queue = watchQueue(deps);
  const channels = openChannels(deps.config);
  const raising = { ...deps, channels: [...channels.keys()] };
  const warned = new Map<string, number>();
  const recordWatches = watchRecorder(deps, raising.channels);
  const loops = [
    loop('sweep', SWEEP_MS, () => sweepRuns(deps, memory)),
    loop('schedules', SCHEDULES_MS, scheduleKeeper(deps)),
    loop('cancelled', CANCELLED_MS, () => removeCancelledFlows(deps)),
    loop('queue', QUEUE_MS, queue.look),
    loop('clock', CLOCK_MS, clockWatch(raising)),
    loop('missed', MISSED_MS, async () => {
      await recordWatches();
      await raiseMissedAlerts(raising, warned);
    }),
    loop('retention', RETENTION_MS, retention(deps)),
    loop('alerts', ALERTS_MS, alertRounds(deps, channels, recordWatches)),
  ];
  return {
    liveness: queue.problem,
    stopped: async () => {
      await Promise.all(loops);
    },
  };
}
