import { defineConfig } from 'vitest/config';

/** Tests lie in the package or service that they test; those that need no servers say so in their ending. */
const BESIDE_PARTS = '{packages,services}/*/tests/**/*.test.ts';
const UNIT_BESIDE_PARTS = '{packages,services}/*/tests/**/*.unit.test.ts';

/** Tests of one kind: `order` keeps kinds apart in time, since the later ones load the machine and measure it. */
function project(
  name: string,
  order: number,
  options: { timeoutMs: number; oneFileAtATime?: boolean; include?: string[]; exclude?: string[]; isolate?: boolean },
) {
  return {
    extends: true as const,
    test: {
      name,
      include: options.include ?? [`tests/${name}/**/*.test.ts`],
      exclude: options.exclude ?? [],
      testTimeout: options.timeoutMs,
      hookTimeout: options.timeoutMs,
      isolate: options.isolate ?? true,
      fileParallelism: options.oneFileAtATime !== true,
      sequence: { groupOrder: order },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      // Loading modules anew for each file took longer than most of these tests do.
      project('unit', 1, { timeoutMs: 20_000, include: [UNIT_BESIDE_PARTS], isolate: false }),
      // The rules keep no state, and loading their parser anew for each file takes longer than they do.
      project('architecture', 1, { timeoutMs: 20_000, isolate: false }),
      project('integration', 2, {
        timeoutMs: 60_000,
        include: ['tests/integration/**/*.test.ts', BESIDE_PARTS],
        exclude: [UNIT_BESIDE_PARTS],
        isolate: false,
      }),
      project('e2e', 3, { timeoutMs: 120_000, oneFileAtATime: true }),
      project('faults-short', 4, { timeoutMs: 120_000, include: ['tests/faults/**/*.short.test.ts'] }),
      project('faults', 5, { timeoutMs: 600_000, oneFileAtATime: true }),
    ],
    // Most of a test's time is waiting for processes and servers, so two at a time go well on two processors.
    maxWorkers: 2,
    passWithNoTests: true,
    reporters: ['default', './packages/local-stack/dist/test/count-reporter.js'],
    coverage: {
      provider: 'v8',
      // Tests run what is built; source maps lead back to src.
      include: ['packages/*/dist/**/*.js', 'services/*/dist/**/*.js', 'packages/*/src/**/*.ts', 'services/*/src/**/*.ts'],
      reporter: ['text', 'json-summary'],
      reportsDirectory: 'coverage',
    },
  },
});
