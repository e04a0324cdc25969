import { isProduct, type Repository, type Violation } from '../model/repository.js';
import { resolveImport } from '../model/resolve-import.js';
import type { Export, SourceFile } from '../model/source-file.js';

type User = 'code' | 'tests';
/** Who uses a name of a file, by `file name`. */
type Users = Map<string, Set<User>>;

/** Every name that delivered code exports is used by somebody; what only tests use is dead too, unless its own file needs it. */
export function checkUnusedExports(repository: Repository): Violation[] {
  const users = findUsers(repository);
  return [...repository.sources.values()]
    .filter(({ path }) => isProduct(path) && !isGenerated(path))
    .flatMap((file) => file.exports.flatMap((exported) => judge(file, exported, users.get(`${file.path} ${exported.name}`) ?? new Set())));
}

const isGenerated = (path: string): boolean => path.endsWith('.d.ts');

function judge({ path, identifiers }: SourceFile, exported: Export, users: ReadonlySet<User>): Violation[] {
  const { name, line, from, isType } = exported;
  const say = (what: string): Violation[] => [{ subject: `${path} ${name}`, message: `${path}:${line} exports ${name}, which ${what}` }];
  if (users.has('code')) return [];
  if (from !== undefined) return users.has('tests') ? [] : say('nobody imports from here. Delete this export.');
  const usedHere = (identifiers.get(name) ?? 0) > 1;
  if (users.has('tests')) return usedHere ? [] : say('only tests use. Delete it with its tests, or use it.');
  if (!usedHere) return say('nobody uses. Delete it.');
  // A type stays exported with the function that takes or returns it.
  return isType ? [] : say('only its own file uses. Drop the "export".');
}

function findUsers(repository: Repository): Users {
  const users: Users = new Map();
  for (const { path, imports } of repository.sources.values()) {
    const user: User = isProduct(path) ? 'code' : 'tests';
    for (const { specifier, names } of imports) {
      const target = resolveImport(repository, path, specifier);
      const file = target === undefined ? undefined : repository.sources.get(target);
      if (file === undefined) continue;
      for (const name of names === 'all' ? allNames(repository, file) : names) markUsed(repository, users, file, name, user);
    }
  }
  return users;
}

/** What `import * as` could reach. */
function allNames(repository: Repository, file: SourceFile, seen = new Set<SourceFile>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const inner = file.starExports.flatMap((specifier) => sourceAt(repository, file, specifier) ?? []);
  return [...file.exports.map(({ name }) => name), ...inner.flatMap((next) => allNames(repository, next, seen))];
}

/** Marks the name where it is imported from, and on the way to where it is made. */
function markUsed(repository: Repository, users: Users, file: SourceFile, name: string, user: User): void {
  const key = `${file.path} ${name}`;
  const known = users.get(key) ?? new Set();
  if (known.has(user)) return;
  users.set(key, known.add(user));
  const exported = file.exports.find((candidate) => candidate.name === name);
  if (exported === undefined) {
    for (const specifier of file.starExports) {
      const next = sourceAt(repository, file, specifier);
      if (next !== undefined) markUsed(repository, users, next, name, user);
    }
  } else if (exported.from !== undefined) {
    const next = sourceAt(repository, file, exported.from.specifier);
    if (next === undefined) return;
    const names = exported.from.name === '*' ? allNames(repository, next) : [exported.from.name];
    for (const inner of names) markUsed(repository, users, next, inner, user);
  }
}

function sourceAt(repository: Repository, from: SourceFile, specifier: string): SourceFile | undefined {
  const path = resolveImport(repository, from.path, specifier);
  return path === undefined ? undefined : repository.sources.get(path);
}
