import { randomInt } from 'node:crypto';

/** Random choices that one number repeats. */
export interface SeededRandom {
  readonly seed: number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  pick<T>(from: readonly T[]): T;
  chance(probability: number): boolean;
}

/** The seed of this test run: ETL_FAULT_SEED, or a new one. The caller logs it. */
export function chooseSeed(): number {
  const given = process.env['ETL_FAULT_SEED'];
  return given === undefined || given === '' ? randomInt(1, 2 ** 31) : Number(given);
}

/** Mulberry32: small, and the same on every machine. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick: (from) => from[Math.floor(next() * from.length)]!,
    chance: (probability) => next() < probability,
  };
}
