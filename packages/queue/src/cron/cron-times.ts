import type { RepeatStrategy } from 'bullmq';
import { parseCron, seekWallTime } from './cron-fields.js';
import { firstMomentOf, latestWallTime } from './zone-clock.js';

/**
 * When a schedule is due: at each first moment at which clocks in its zone show a time of its cron or have passed it. So a time that does
 * not exist, because clocks are set forward over it, is due when they are set; one that exists twice is due once, at the first. Several
 * times that are passed over together are due once. This is the one place that says so: BullMQ, the page and the checks all ask here.
 */

/** The first time after `at`. Undefined if there is none, or `cron` or `tz` cannot be read: what asks must not fail for one schedule. */
export function nextTime(cron: string, tz: string, at: Date): Date | undefined {
  return timeOf(cron, tz, at, 1);
}

/** The last time at or before `at`. Undefined as above. */
export function previousTime(cron: string, tz: string, at: Date): Date | undefined {
  return timeOf(cron, tz, at, -1);
}

function timeOf(cron: string, tz: string, at: Date, step: 1 | -1): Date | undefined {
  try {
    const shown = latestWallTime(tz, Math.floor(at.getTime() / 1_000));
    const wall = seekWallTime(parseCron(cron), step === 1 ? shown + 1 : shown, step);
    return wall === undefined ? undefined : new Date(firstMomentOf(tz, wall) * 1_000);
  } catch {
    return undefined;
  }
}

/**
 * For `settings` of every BullMQ Queue and Worker on `runs`: the Queue computes the first tick of a schedule, the Worker each one after it.
 * BullMQ's own strategy loses a day where summer time begins at midnight.
 */
export const repeatStrategy: RepeatStrategy = (atMs, { pattern, tz }) => nextTime(pattern ?? '', tz ?? 'UTC', new Date(atMs))?.getTime();
