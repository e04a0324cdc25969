import { isProduct, type Repository, type Violation } from '../model/repository.js';

interface Catalogue {
  readonly file: string;
  readonly constant: string;
  readonly manual: string;
}

/** Every error code is raised by some code, explained in the manual, and named by a test that provokes it; the manual explains no other. */
export function checkErrorCodes(repository: Repository, { file, constant, manual }: Catalogue): Violation[] {
  const codes = repository.sources.get(file)?.objectKeys.get(constant) ?? [];
  if (codes.length === 0) {
    return [
      { subject: file, message: `${file} has no object ${constant} with error codes: tell ERROR_CATALOGUE in walls.ts where it is.` },
    ];
  }
  const documented = documentedCodes(repository.texts.get(manual) ?? '');
  const raised = namesIn(repository, (path) => isProduct(path) && path !== file);
  const tested = namesIn(repository, (path) => !isProduct(path) && !path.startsWith('tests/architecture/'));
  return codes.flatMap(({ text: code, line }) => {
    const say = (what: string): Violation => ({ subject: code, message: `${code} (${file}:${line}) ${what}` });
    return [
      ...(documented.has(code) ? [] : [say(`has no row in ${manual}. Add one: when it is met, and what to do.`)]),
      ...(tested.has(code) ? [] : [say('is named by no test. Add one that provokes it.')]),
      ...(raised.has(code) ? [] : [say('is raised nowhere. Delete it.')]),
    ];
  });
}

/** Codes that stand in the first column of a table. */
function documentedCodes(manual: string): Set<string> {
  const cells = [...manual.matchAll(/^\|([^|]*)\|/gm)].map(([, cell = '']) => cell);
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, code = '']) => code)));
}

/** Every word of capital letters in the literals and names of the files, such as `'FILE_CHANGED'` or `EXPECTED = { FILE_CHANGED: … }`. */
function namesIn({ sources }: Repository, wanted: (path: string) => boolean): Set<string> {
  const files = [...sources.values()].filter(({ path }) => wanted(path));
  const words = files.flatMap(({ strings }) => strings.flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9_]+\b/g) ?? []));
  return new Set([...words, ...files.flatMap(({ identifiers }) => [...identifiers.keys()])]);
}
