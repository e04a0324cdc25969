import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DRIVER = fileURLToPath(new URL('test-mutants.mjs', import.meta.url));
const PACKAGE = '@retail-etl/judging';
const FOLDER = `${ROOT}packages/judging/`;
const BASELINE = 'baseline';

/** What DuckDB says of a statement that it cannot even begin with: no judgement of the tests, but that of a compiler. */
const INVALID = /\b(?:Parser|Binder|Catalog|Syntax) Error: /;
const TIMED_OUT = /^(?:Test|Hook) timed out in /;

/**
 * Runs the tests once for each mutant, all in one process. Nothing is written: each mutant is a module of its own, whose text is changed
 * as it is loaded. The unchanged code is tested first and last.
 *
 * @param {{ file: string, tests: readonly string[], mutants: readonly import('./make-mutants.mjs').Mutant[] }} job paths below the root
 * @returns {Promise<string[]>} for each mutant `killed`, `survived`, `invalid`, or in words what else became of it
 * @throws if the unchanged code fails, or is tested by nothing
 */
export async function runMutants({ file, tests, mutants }) {
  const codes = new Map(mutants.map(({ code }, index) => [String(index), code]));
  const loaded = new Set();
  const ids = [`${BASELINE} before`, ...codes.keys(), `${BASELINE} after`];
  const vitest = await createVitest(
    'test',
    {
      config: false,
      root: ROOT,
      include: [DRIVER],
      provide: { ids, tests: tests.map((path) => ROOT + path) },
      watch: false,
      maxWorkers: 1,
      silent: true,
      reporters: [
        {
          onTestSuiteResult: ({ parent, name }) =>
            parent.type === 'module' && process.stdout.isTTY && process.stdout.write(`\r${file}: ${name} of ${mutants.length} `),
        },
      ],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      // The same cases each time, and few of them: properties come after the examples.
      env: { PROPERTY_SEED: '1', PROPERTY_RUNS: '20' },
    },
    { plugins: [mutantModules(ROOT + file, codes, loaded)] },
  );
  try {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(await vitest.globTestSpecifications());
    const problems = [...unhandledErrors, ...testModules.flatMap((module) => module.errors())];
    if (problems.length > 0) throw new Error(`the tests did not run to their end: ${problems[0].message}`);
    const suites = new Map(testModules.flatMap(({ children }) => [...children.suites()].map((suite) => [suite.name, suite])));
    const count = Math.min(...ids.filter((id) => id.startsWith(BASELINE)).map((id) => countPassed(suites.get(id))));
    return [...codes.keys()].map((id) => (loaded.has(id) ? judge(suites.get(id), count) : 'was not loaded'));
  } finally {
    await vitest.close();
  }
}

/** The module `x.ts?mutant=7` imports `y.ts?mutant=7`, so that each mutant has a whole package; only the text of one file differs. */
function mutantModules(path, codes, loaded) {
  return {
    name: 'mutant-modules',
    enforce: 'pre',
    async resolveId(specifier, importer) {
      const [from, mutant] = importer?.split('?mutant=') ?? [];
      if (mutant === undefined) return undefined;
      if (specifier === PACKAGE) return `${FOLDER}src/index.ts?mutant=${mutant}`;
      const found = await this.resolve(specifier, from, { skipSelf: true });
      return specifier.startsWith('.') && found?.id.startsWith(FOLDER) ? `${found.id}?mutant=${mutant}` : found;
    },
    transform(text, id) {
      const [from, mutant] = id.split('?mutant=');
      if (from !== path || !codes.has(mutant)) return undefined;
      loaded.add(mutant);
      return codes.get(mutant);
    },
  };
}

function countPassed(suite) {
  const tests = [...(suite?.children.allTests() ?? [])];
  const failed = tests.find((test) => test.result().state !== 'passed');
  if (failed !== undefined) throw new Error(`the code as it is fails "${failed.name}": ${failed.result().errors?.[0]?.message}`);
  if (tests.length === 0) throw new Error('the code as it is was tested by nothing');
  return tests.length;
}

/** A test that could not decide, because it ran out of time or was cancelled, kills nothing. */
function judge(suite, count) {
  const results = [...(suite?.children.allTests() ?? [])].map((test) => test.result());
  const errors = [...results.flatMap((result) => result.errors ?? []), ...(suite?.errors() ?? [])].map(({ message }) => message);
  if (errors.some((message) => TIMED_OUT.test(message))) return 'timed out';
  if (errors.some((message) => INVALID.test(message))) return 'invalid';
  if (results.some(({ state }) => state === 'failed')) return 'killed';
  return results.length === count && results.every(({ state }) => state === 'passed') ? 'survived' : 'was not tested to the end';
}
