import { type Alert, type AlertChannel, claimAlerts, recordDelivered, recordUndelivered } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import type { AlertMessage, Deliver } from './channels.js';

/** Tries cover about an hour and a half: 2 s, 4 s, 8 s ... at most 15 minutes apart. */
const ATTEMPTS_MAX = 14;
const WAIT_FIRST_MS = 2_000;
const WAIT_MAX_MS = 15 * 60_000;
/** Alerts claimed in one go. Each delivery ends within its time limit, so all of them end well within the claim. */
const CLAIMED_MAX = 3;

type DeliverDeps = Pick<GatewayDeps, 'database' | 'log' | 'gatewayId' | 'stopping'> & {
  readonly channels: ReadonlyMap<AlertChannel, Deliver>;
};

export interface Delivery {
  readonly channel: AlertChannel;
  readonly delivered: boolean;
  readonly error: string | null;
}

/**
 * Delivers what is due (or the one alert of this key). An alert is claimed by one gateway, and goes out again only if that one died
 * between delivering and recording it; the run then says so.
 */
export async function deliverAlerts(deps: DeliverDeps, onlyKey?: string): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  for (const alert of await claimAlerts(deps.database, deps.gatewayId, CLAIMED_MAX, onlyKey)) {
    deliveries.push(await deliver(alert, deps));
  }
  return deliveries;
}

async function deliver(alert: Alert, deps: DeliverDeps): Promise<Delivery> {
  const { channel } = alert;
  const send = deps.channels.get(channel);
  try {
    if (send === undefined) throw new Error(`channel ${channel} is no longer configured`);
    await send(alert.body as AlertMessage, deps.stopping);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isLast = alert.kind === 'test' || alert.attempts >= ATTEMPTS_MAX;
    const waitMs = isLast ? null : Math.min(WAIT_FIRST_MS * 2 ** (alert.attempts - 1), WAIT_MAX_MS);
    deps.log.warn({ alert: alert.key, attempt: alert.attempts, waitMs, reason }, 'alert not delivered');
    await recordUndelivered(
      deps.database,
      alert,
      reason,
      waitMs,
      `${alert.kind} by ${channel}: given up after ${alert.attempts} tries: ${reason}`,
    );
    return { channel, delivered: false, error: reason };
  }
  const repeated = alert.mayBeRepeat ? '; perhaps a second time: the gateway that had it before died without a word' : '';
  await recordDelivered(deps.database, alert, `${alert.kind} by ${channel}: delivered ${new Date().toISOString()}${repeated}`);
  deps.log.info({ alert: alert.key, attempt: alert.attempts, mayBeRepeat: alert.mayBeRepeat }, 'alert delivered');
  return { channel, delivered: true, error: null };
}
