import { networkOf } from './login-limits.js';

/** Addresses remembered; the one that was counted least recently goes first. */
const ADDRESSES_MAX = 10_000;

/**
 * Counts per network address in a window, in this process alone: for limits that have to hold while Redis is away, and that need not be
 * exact over several gateways.
 */
export class AddressCounts {
  readonly #windowMs: number;
  readonly #counts = new Map<string, { count: number; endsAtMs: number }>();

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Counts once more and returns how often it was in this window, and for how many seconds that window still lasts. */
  add(address: string): { count: number; secondsLeft: number } {
    const network = networkOf(address);
    const entry = this.#live(network) ?? { count: 0, endsAtMs: performance.now() + this.#windowMs };
    entry.count += 1;
    this.#counts.delete(network);
    this.#counts.set(network, entry);
    const oldest = this.#counts.keys().next();
    if (this.#counts.size > ADDRESSES_MAX && oldest.done !== true) this.#counts.delete(oldest.value);
    return { count: entry.count, secondsLeft: Math.max(1, Math.ceil((entry.endsAtMs - performance.now()) / 1_000)) };
  }

  /** How often it was in this window, without counting. */
  count(address: string): number {
    return this.#live(networkOf(address))?.count ?? 0;
  }

  #live(network: string): { count: number; endsAtMs: number } | undefined {
    const entry = this.#counts.get(network);
    return entry === undefined || entry.endsAtMs <= performance.now() ? undefined : entry;
  }
}
