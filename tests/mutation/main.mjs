/** `npm run test:mutation`: small errors are made in the code, one at a time, and the tests have to notice each. */
import { readFileSync } from 'node:fs';
import { makeMutants } from './sql/make-mutants.mjs';
import { runMutants } from './sql/run-mutants.mjs';
import { chooseTargets, KILLED_MIN } from './targets.mjs';
import { judgeFile, say, tooFew } from './verdict.mjs';

async function main() {
  const targets = chooseTargets(process.argv.slice(2));
  const problems = [];
  const all = [];
  for (const target of targets) {
    const source = readFileSync(new URL(`../../${target.file}`, import.meta.url), 'utf8');
    const judged = await mutateSql(target, source);
    all.push(...judged.map((mutant) => ({ ...mutant, kind: target.kind })));
    problems.push(...judgeFile(target.file, source, judged));
  }
  for (const kind of new Set(targets.map((target) => target.kind))) {
    const isWhole = chooseTargets([kind]).every((target) => targets.includes(target));
    const judged = all.filter((mutant) => mutant.kind === kind);
    if (isWhole) problems.push(...tooFew(`all of ${kind}`, judged, KILLED_MIN[kind]));
  }
  for (const problem of problems) say(problem);
  if (problems.length > 0)
    say('Write a test that fails for each, or delete code without effect. CONTRIBUTING.md says when a mutant is equivalent.');
  return problems.length > 0 ? 1 : 0;
}

async function mutateSql(target, source) {
  const mutants = makeMutants(target.file, source);
  const results = await runMutants({ ...target, mutants });
  return mutants.map((mutant, index) => ({ ...mutant, result: results[index] }));
}

process.exitCode = await main();
