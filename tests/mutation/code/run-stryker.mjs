/** Run by `mutate-code.mjs`, with servers: lets Stryker mutate each target in a copy of the clone, and writes what it found as JSON. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

const VITEST = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
const VITEST_CONFIG = 'tests/mutation/code/vitest.config.mjs';

const [targets, outputPath] = [JSON.parse(process.argv[2]), process.argv[3]];

/** Not copied: what no test of code reads. */
const NOT_COPIED = ['/data', '/docs', '/coverage', '/.local', '/docker', '/services/gateway'];

/** @param {{ file: string }} target */
const optionsOf = ({ file }) => ({
  mutate: [file],
  // What a message says is no rule; where it is one, a test compares it anyway.
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: VITEST_CONFIG, related: false },
  // All tests of the target for each mutant: a test alone may fail for want of those before it.
  coverageAnalysis: 'all',
  ignorePatterns: NOT_COPIED,
  tempDirName: '.local/mutation',
  cleanTempDir: 'always',
  // Vitest takes the types away by itself, and the copy is never compiled.
  disableTypeChecks: false,
  tsconfigFile: 'none',
  concurrency: 1,
  timeoutMS: 30_000,
  allowEmpty: false,
  reporters: ['progress-append-only'],
  logLevel: 'warn',
});

/** What mutants leave on the servers must not be what kills the next ones. Stryker itself tests the unchanged code before them. */
function testUnchanged({ file, tests }) {
  const { status, stdout } = spawnSync(process.execPath, [VITEST, 'run', '--config', VITEST_CONFIG, ...tests], { encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${file}: after its mutants the unchanged code fails, too, so that nothing is known of them:\n${stdout}`);
}

const found = [];
for (const target of targets) {
  // Workers inherit it.
  process.env.MUTATION_TESTS = JSON.stringify(target.tests);
  const results = (await new Stryker(optionsOf(target)).runMutationTest()).filter(({ status }) => status !== 'Ignored');
  testUnchanged(target);
  found.push(results.map(({ status, location, replacement }) => ({ status, location, replacement })));
}
writeFileSync(outputPath, JSON.stringify(found));
