import { buildRepository } from './build-repository.js';
import type { Repository, Violation } from './repository.js';

/** A repository for the test of a rule: text by path. Every package and service that has a file gets a package.json and a tsconfig.json. */
export function madeUp(files: Readonly<Record<string, string>>): Repository {
  const folders = new Set(Object.keys(files).flatMap((path) => /^(?:packages|services)\/[^/]+/.exec(path)?.[0] ?? []));
  const given = new Map<string, string>([['package.json', '{"name": "root"}']]);
  for (const folder of folders) {
    given.set(`${folder}/package.json`, JSON.stringify({ name: `@retail-etl/${folder.split('/')[1]}` }));
    given.set(`${folder}/tsconfig.json`, '{}');
  }
  return buildRepository(new Map([...given, ...Object.entries(files)]));
}

/** A package.json that declares what it is given. */
export function manifest(name: string, dependencies: readonly string[], devDependencies: readonly string[] = [], scripts = {}): string {
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((each) => [each, '1.0.0']));
  return JSON.stringify({ name, dependencies: versions(dependencies), devDependencies: versions(devDependencies), scripts });
}

export const messagesOf = (violations: readonly Violation[]): string[] => violations.map(({ message }) => message);
