import { hostname } from 'node:os';
import { addAlert, type AlertChannel, clockDifferenceMs } from '@retail-etl/ledger';
import { readRedisTime } from '@retail-etl/queue';
import { clockMessage } from '../alerts/alert-messages.js';
import type { GatewayDeps } from '../deps.js';

/** Clocks that are kept by NTP differ by milliseconds. Five minutes, as Kerberos tolerates, is what a schedule can be early or late by. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

const DAY_MS = 86_400_000;

type ClockDeps = Pick<GatewayDeps, 'database' | 'redis' | 'log' | 'holdJobs'> & {
  readonly channels: readonly AlertChannel[];
  /** This process's clock, in ms since 1970. Default: Date.now. */
  readonly now?: () => number;
};

/**
 * Compares this process's clock with MySQL's, a call a round. Beyond CLOCK_TOLERANCE_MS it is told, once a day and machine on every channel
 * and in the log, and retention stops by itself. If Redis's clock also contradicts ours, ours is the wrong one: it would start
 * scheduled runs at wrong times and leave others out, so this gateway takes none until it is right.
 */
export function clockWatch(deps: ClockDeps): () => Promise<void> {
  const now = deps.now ?? Date.now;
  let differed = false;
  return async () => {
    const differenceMs = await clockDifferenceMs(deps.database, now);
    const differs = Math.abs(differenceMs) > CLOCK_TOLERANCE_MS;
    const isOdd = differs && Math.abs(now() - (await readRedisTime(deps.redis))) > CLOCK_TOLERANCE_MS;
    await deps.holdJobs(isOdd);
    const line = { differenceSeconds: Math.round(differenceMs / 1_000), scheduledRunsTaken: !isOdd };
    if (differs && !differed) deps.log.error(line, "this machine's clock differs from MySQL's: nothing is removed by age until they agree");
    if (!differs && differed) deps.log.info(line, "this machine's clock agrees with MySQL's again");
    differed = differs;
    if (!differs) return;
    const machine = hostname().replace(/[^\w.-]/g, '_');
    // MySQL's day: ours may be any.
    const key = `clock:${machine}:${Math.floor((now() - differenceMs) / DAY_MS)}`;
    for (const channel of deps.channels) {
      await addAlert(deps.database, { key, kind: 'clock', channel, runId: null, body: clockMessage(differenceMs, isOdd) });
    }
  };
}
