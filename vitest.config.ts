import { defineConfig } from 'vitest/config';

/** Where tests of one kind are: across parts in `tests/`, and beside the part that they test. */
const places = (name: string): string[] => [`tests/${name}/**/*.test.ts`, `{packages,services}/*/tests/${name}/**/*.test.ts`];

/** Tests of one kind: `order` keeps kinds apart in time, since the later ones load the machine and measure it. */
function project(name: string, order: number, options: { timeoutMs: number; oneFileAtATime?: boolean; include?: string[] }) {
  return {
    extends: true as const,
    test: {
      name,
      include: options.include ?? places(name),
      testTimeout: options.timeoutMs,
      hookTimeout: options.timeoutMs,
      fileParallelism: options.oneFileAtATime !== true,
      sequence: { groupOrder: order },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      project('unit', 1, { timeoutMs: 20_000 }),
      project('integration', 2, { timeoutMs: 60_000, include: [...places('integration'), 'packages/ledger/tests/*.test.ts'] }),
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
