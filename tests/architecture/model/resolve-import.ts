import { posix } from 'node:path';
import { folderOf, packageOf, type Repository } from './repository.js';

/** The file below the root that an import leads to; undefined if it leads to a library, or to a file that is no code. */
export function resolveImport(repository: Repository, from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return findSource(repository, posix.join(posix.dirname(from), specifier));
  const name = packageOf(specifier);
  const workspace = name === undefined ? undefined : repository.workspaces.find((candidate) => candidate.name === name);
  if (name === undefined || workspace === undefined) return undefined;
  const inner = specifier.slice(name.length + 1);
  return findSource(repository, posix.join(workspace.folder, 'src', inner === '' ? 'index.js' : inner));
}

/** Compiled files stand for their sources: `dist/a.js` and `src/a.js` are `src/a.ts`. */
function findSource({ sources }: Repository, path: string): string | undefined {
  const folder = folderOf(path);
  const inner = path.slice(folder.length + 1).replace(/^dist\//, 'src/');
  const source = folder === '' ? path : `${folder}/${inner}`;
  const stem = source.replace(/\.[mc]?jsx?$/, '');
  const candidates = [source, ...['.ts', '.tsx', '.mts', '/index.ts'].map((ending) => stem + ending)];
  return candidates.find((candidate) => sources.has(candidate));
}
