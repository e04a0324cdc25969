import { scaledMs } from '@retail-etl/faults';
import { type AlertChannel, endAbandonedTests } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import type { Deliver } from './alert-message.js';
import { deliverAlerts } from './deliver-alerts.js';
import { raiseRunAlerts } from './raise-alerts.js';
import { watchRecorder } from './watches.js';

/** When MySQL was away, claims may have run out although their gateways live: they have this long to record what they delivered. */
const TAKE_OVER_AFTER_MS = 5_000;

/** What is done about alerts again and again: raised for runs that ended, ended if they are tests that nobody answers for, delivered. */
export function alertRounds(
  deps: Pick<GatewayDeps, 'config' | 'database' | 'log' | 'gatewayId' | 'stopping'>,
  channels: ReadonlyMap<AlertChannel, Deliver>,
  recordWatches: () => Promise<void> = watchRecorder(deps, [...channels.keys()]),
): () => Promise<void> {
  let failedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    try {
      await recordWatches();
      await raiseRunAlerts({ ...deps, channels: [...channels.keys()] });
      await endAbandonedTests(deps.database);
      await deliverAlerts({ ...deps, channels }, { takeOver: performance.now() - failedAtMs > scaledMs(TAKE_OVER_AFTER_MS) });
    } catch (error) {
      failedAtMs = performance.now();
      throw error;
    }
  };
}
