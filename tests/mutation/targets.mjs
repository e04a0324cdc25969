/**
 * What is mutated, and the tests that judge it. Those of SQL need no servers. Those of code import the file from `../src`, not what is built.
 *
 * @typedef {{ file: string, kind: 'sql' | 'code', tests: readonly string[] }} Target paths below the root
 */

const JUDGING = 'packages/judging';

/** Tested by those of its own name unless told otherwise. @returns {Target} */
const sql = (name, ...tests) => ({
  file: `${JUDGING}/src/${name}.ts`,
  kind: 'sql',
  tests: (tests.length === 0 ? [name] : tests).map((test) => `${JUDGING}/tests/${test}.unit.test.ts`),
});

/** @returns {Target} */
const code = (part, name, ...tests) => ({
  file: `${part}/src/${name}.ts`,
  kind: 'code',
  tests: tests.map((test) => `${part}/tests/${test}.test.ts`),
});

/** @type {readonly Target[]} */
export const TARGETS = [
  sql('rules/number-rules', 'cleaning-rules'),
  sql('rules/date-rules', 'cleaning-rules', 'date-readings'),
  sql('rules/date-patterns', 'cleaning-rules', 'date-readings'),
  sql('rules/judge-rows', 'cleaning-rules', 'judge-chunk'),
  sql('rules/source-texts', 'cleaning-rules', 'judge-chunk'),
  sql('rules/good-row-bytes', 'cleaning-rules'),
  sql('date-readings'),
  sql('judge-chunk'),
  sql('count-rows', 'judge-chunk'),
  sql('merge-partials'),
  sql('split-keys', 'merge-partials'),
  sql('stream-rejects'),
  sql('read-summary'),
  code('services/extractor', 'plan-run', 'plan-run'),
  code('services/transformer', 'balance-books', 'balance-books.unit', 'gather-books.unit'),
  code('services/transformer', 'merge-run', 'merge-run', 'merge-limits', 'merge-damage'),
  code('services/loader', 'publish-summary', 'publish-summary'),
  code('packages/ledger', 'run-state', 'claim-slot', 'run-progress', 'end-run', 'retry-run', 'pauses'),
];

/** So many of a hundred mutants that run at all are killed at least: of each file, and of those of a kind together. */
export const KILLED_MIN = { file: 85, sql: 95, code: 85 };

/** `sql`, `code`, or names of files without their ending; none for all. */
export function chooseTargets(names) {
  const nameOf = ({ file }) => file.split('/').at(-1).replace(/\.ts$/, '');
  const known = new Set(TARGETS.flatMap((target) => [target.kind, nameOf(target)]));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) throw new Error(`"${unknown}" is none of ${[...known].join(', ')}`);
  return TARGETS.filter((target) => names.length === 0 || [target.kind, nameOf(target)].some((name) => names.includes(name)));
}
