import { createHash } from 'node:crypto';

/**
 * To be raised whenever reading, judging or merging makes something else of the same bytes and rules: what older releases have kept, and what their processes
 * make beside those of this one, is not used then.
 */
export const KEPT_FORMAT = 1;

/** A name for anything that can be written as JSON; the same for the same. */
export function keyOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([KEPT_FORMAT, value]))
    .digest('hex')
    .slice(0, 32);
}

/** Names of what is kept. */
export const KEPT_NAME = /^[0-9a-f]{32}$/;
