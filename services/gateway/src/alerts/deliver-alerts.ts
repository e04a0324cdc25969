import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError } from '@retail-etl/contracts';
import { scaledMs } from '@retail-etl/faults';
import { type Alert, type AlertChannel, claimAlerts, type ClaimOptions, recordDelivered, recordUndelivered } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import type { AlertMessage, Deliver } from './alert-message.js';

/** Tries cover an hour and a quarter: 2 s, 4 s, 8 s ... at most 15 minutes apart. */
const ATTEMPTS_MAX = 14;
const WAIT_FIRST_MS = 2_000;
const WAIT_MAX_MS = 15 * 60_000;
/** From the first look-up to the last byte of the answer, on any channel. Far below the 60 s of a claim, so that no other gateway takes the alert meanwhile. */
const DELIVERY_MS_MAX = 20_000;
/** Alerts delivered in one go. Each is claimed just before its delivery, so that no claim is used up by waiting for another. */
const DELIVERIES_MAX = 3;
/** How what became of a delivery is recorded while MySQL is away: 0.1 s, 0.2 s ... at most 1 s apart, for an hour; of a test, for which somebody waits, for 10 s. */
const RECORD_WAIT_FIRST_MS = 100;
const RECORD_WAIT_MAX_MS = 1_000;
const RECORD_MS_MAX = 3_600_000;
const TEST_RECORD_MS_MAX = 10_000;

type DeliverDeps = Pick<GatewayDeps, 'database' | 'log' | 'gatewayId' | 'stopping'> & {
  readonly channels: ReadonlyMap<AlertChannel, Deliver>;
  /** Default DELIVERY_MS_MAX. */
  readonly deliveryMsMax?: number;
};

export interface Delivery {
  readonly channel: AlertChannel;
  readonly delivered: boolean;
  readonly error: string | null;
}

/**
 * Delivers what is due (or the one alert of `key`). An alert is claimed by one gateway, and goes out again only if that one could not
 * record its delivery at all, most likely because it died in between; the run then says so.
 */
export async function deliverAlerts(deps: DeliverDeps, options: ClaimOptions = {}): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  while (deliveries.length < DELIVERIES_MAX && !deps.stopping.aborted) {
    const [alert] = await claimAlerts(deps.database, deps.gatewayId, 1, options);
    if (alert === undefined) break;
    deliveries.push(await deliver(alert, deps));
  }
  return deliveries;
}

async function deliver(alert: Alert, deps: DeliverDeps): Promise<Delivery> {
  const { channel, kind } = alert;
  const error = await send(alert, deps);
  if (error === null) {
    const repeated = alert.mayBeRepeat ? '; perhaps a second time: whether an earlier try arrived was not recorded' : '';
    // By this machine's clock, for people to read.
    const note = `${kind} by ${channel}: delivered ${new Date().toISOString()}${repeated}`;
    await recordSurely(alert, deps, () => recordDelivered(deps.database, alert, note));
    deps.log.info({ alert: alert.key, attempt: alert.attempts, mayBeRepeat: alert.mayBeRepeat }, 'alert delivered');
    return { channel, delivered: true, error };
  }
  // A try that the end of this gateway cut short is nobody's last one.
  const isLast = kind === 'test' || (alert.attempts >= ATTEMPTS_MAX && !deps.stopping.aborted);
  const waitMs = isLast ? null : Math.min(WAIT_FIRST_MS * 2 ** (alert.attempts - 1), WAIT_MAX_MS);
  deps.log.warn({ alert: alert.key, attempt: alert.attempts, waitMs, reason: error }, 'alert not delivered');
  const note = `${kind} by ${channel}: given up after ${alert.attempts} tries: ${error}`;
  await recordSurely(alert, deps, () => recordUndelivered(deps.database, alert, error, waitMs, note));
  return { channel, delivered: false, error };
}

/** Null, or why it was not delivered. Ends at the deadline and when the gateway stops, whatever the channel does. */
async function send(alert: Alert, { channels, stopping, deliveryMsMax = DELIVERY_MS_MAX }: DeliverDeps): Promise<string | null> {
  const channel = channels.get(alert.channel);
  if (channel === undefined) return `channel ${alert.channel} is no longer configured`;
  const deadline = AbortSignal.timeout(deliveryMsMax);
  const signal = AbortSignal.any([stopping, deadline]);
  const end = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([channel(alert.body as AlertMessage, signal), end]);
    return null;
  } catch (error) {
    if (stopping.aborted) return 'the gateway stopped before there was an answer';
    if (deadline.aborted) return `no answer within ${deliveryMsMax / 1_000} s`;
    return error instanceof Error ? error.message : String(error);
  }
}

/** An alert that went out and is not recorded would go out again, so a MySQL that is away is waited for. Once this gateway stops there is one more try. */
async function recordSurely(alert: Alert, { log, stopping }: DeliverDeps, record: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + (alert.kind === 'test' ? TEST_RECORD_MS_MAX : RECORD_MS_MAX);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await record();
      if (attempt > 1) log.info({ alert: alert.key, attempt }, 'what became of the alert is recorded');
      return;
    } catch (error) {
      if (!(error instanceof EtlError) || !error.transient || stopping.aborted || performance.now() > endsAt) throw error;
      if (attempt === 1) log.warn({ alert: alert.key, code: error.code, reason: error.message }, 'recording it will be tried again');
      const waitMs = scaledMs(Math.min(RECORD_WAIT_FIRST_MS * 2 ** (attempt - 1), RECORD_WAIT_MAX_MS));
      await sleep(waitMs, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}
