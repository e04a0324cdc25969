const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How much of what is kept may be removed by age: a day's running removes as much as is kept, at most. What is kept for a day or longer
 * does not come in faster, so this keeps up with it. But where MySQL and the gateways go by the same wrong clock, which nobody can tell from a
 * right one, 30 days do not go in minutes: after an hour no more than a twenty-fourth of them is gone. Time is measured by a clock that
 * nobody sets, and begins anew with the process, so that restarts add nothing.
 */
export class RemovalAllowance {
  readonly #elapsedMs: () => number;
  readonly #countKept: () => Promise<number>;
  #kept = 0;
  #countedMs = -Infinity;
  #grantedMs: number;
  #left = 0;

  /** `countKept` is called once an hour. `elapsedMs` never goes back. */
  constructor(countKept: () => Promise<number>, elapsedMs: () => number) {
    this.#countKept = countKept;
    this.#elapsedMs = elapsedMs;
    this.#grantedMs = elapsedMs();
  }

  /** Lets `remove` remove up to so many, but no more than `most`; it returns how many it has removed. Not called while nothing may go. */
  async use(most: number, remove: (limit: number) => Promise<number>): Promise<number> {
    const nowMs = this.#elapsedMs();
    if (nowMs - this.#countedMs >= HOUR_MS) {
      this.#kept = await this.#countKept();
      this.#countedMs = nowMs;
    }
    // Not saved up beyond an hour: else a year without removals would allow for everything at once.
    const hourful = Math.max(1, (this.#kept * HOUR_MS) / DAY_MS);
    this.#left = Math.min(hourful, this.#left + (this.#kept * (nowMs - this.#grantedMs)) / DAY_MS);
    this.#grantedMs = nowMs;
    const limit = Math.min(most, Math.floor(this.#left));
    if (limit < 1) return 0;
    const removed = await remove(limit);
    this.#left -= removed;
    return removed;
  }
}
