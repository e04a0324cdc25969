import fc from 'fast-check';
import { beforeEach, describe, inject } from 'vitest';

/** Run by `run-mutants.mjs`: the same test files once for each mutant, each time importing that mutant. */

// That a property fails is enough; the smallest case is of no interest.
fc.configureGlobal({ endOnFailure: true });

for (const id of inject('ids')) {
  describe(`${id}`, async () => {
    beforeEach(({ task, skip }) => {
      if (hasFailed(outermost(task))) skip('this mutant is dead');
    });
    for (const path of inject('tests')) await import(/* @vite-ignore */ `${path}?mutant=${id}`);
  });
}

const outermost = (task) => (task.suite === undefined ? task : outermost(task.suite));

function hasFailed({ result, tasks = [] }) {
  return result?.state === 'fail' || tasks.some(hasFailed);
}
