/** Chance from a seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from `min` to `max`. */
  number(min: number, max: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return min + (((mixed ^ (mixed >>> 14)) >>> 0) % (max - min + 1));
  }

  /** True once in so many times. */
  once(times: number): boolean {
    return this.number(1, times) === 1;
  }

  one<T>(values: readonly T[]): T {
    return values[this.number(0, values.length - 1)]!;
  }

  shuffled<T>(values: readonly T[]): T[] {
    return values
      .map((value) => ({ value, order: this.number(0, 1 << 30) }))
      .sort((a, b) => a.order - b.order)
      .map(({ value }) => value);
  }
}
