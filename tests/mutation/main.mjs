/** `npm run test:mutation`: small errors are made in the code, one at a time, and the tests have to notice each. */
import { readFileSync } from 'node:fs';
import { makeMutants } from './sql/make-mutants.mjs';
import { runMutants } from './sql/run-mutants.mjs';
import { chooseTargets, KILLED_MIN } from './targets.mjs';
import { judgeFile, say, tooFew } from './verdict.mjs';

async function main() {
  const targets = chooseTargets(process.argv.slice(2)).map((target) => ({ ...target, source: readSource(target) }));
  const problems = [];
  const all = [];
  for (const { target, judged } of await judgeAll(targets)) {
    all.push(...judged.map((mutant) => ({ ...mutant, kind: target.kind })));
    problems.push(...judgeFile(target.file, target.source, judged));
  }
  for (const kind of new Set(targets.map((target) => target.kind))) {
    const isWhole = chooseTargets([kind]).every(({ file }) => targets.some((target) => target.file === file));
    const judged = all.filter((mutant) => mutant.kind === kind);
    if (isWhole) problems.push(...tooFew(`all of ${kind}`, judged, KILLED_MIN[kind]));
  }
  for (const problem of problems) say(problem);
  if (problems.length > 0)
    say('Write a test that fails for each, or delete code without effect. CONTRIBUTING.md says when a mutant is equivalent.');
  return problems.length > 0 ? 1 : 0;
}

const readSource = ({ file }) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/** Each target with its mutants and what became of them: SQL file by file, code all at once, because it takes servers. */
async function judgeAll(targets) {
  const found = [];
  for (const target of targets.filter(({ kind }) => kind === 'sql')) found.push({ target, judged: await mutateSql(target) });
  const code = targets.filter(({ kind }) => kind === 'code');
  if (code.length === 0) return found;
  // Only here, because SQL needs neither Stryker nor servers.
  const { mutateCode } = await import('./code/mutate-code.mjs');
  const judged = await mutateCode(code);
  return [...found, ...code.map((target, index) => ({ target, judged: judged[index] }))];
}

async function mutateSql(target) {
  const mutants = makeMutants(target.file, target.source);
  const results = await runMutants({ ...target, mutants });
  return mutants.map((mutant, index) => ({ ...mutant, result: results[index] }));
}

process.exitCode = await main();
