/**
 * Settings for `fc.assert`. Each run takes a new seed and says it; `PROPERTY_SEED=<number> npm test -- <file>` repeats that run, and
 * PROPERTY_RUNS makes more or fewer cases.
 */
export function propertySettings(name: string, runs: number): { seed: number; numRuns: number } {
  const given = process.env.PROPERTY_SEED;
  const seed = given === undefined || given === '' ? Date.now() % 2_147_483_647 : Number(given);
  const numRuns = Number(process.env.PROPERTY_RUNS ?? runs);
  process.stdout.write(`property "${name}": ${numRuns} cases, PROPERTY_SEED=${seed}\n`);
  return { seed, numRuns };
}
