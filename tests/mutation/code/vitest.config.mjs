import { defineConfig } from 'vitest/config';

/** Of the tests that `run-stryker.mjs` names, in a copy of the clone. What they import from `../src` is mutated, packages are as they are built. */
export default defineConfig({
  test: {
    include: JSON.parse(process.env.MUTATION_TESTS ?? '[]'),
    // Stryker's own limit comes first, so that a test without an end is told apart from one that fails.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // The same cases each time, and few of them.
    env: { PROPERTY_SEED: '1', PROPERTY_RUNS: '20' },
  },
});
