import { isProduct, type Repository, type Violation } from '../model/repository.js';
import { resolveImport } from '../model/resolve-import.js';

/** Files that a name of their own makes known: what a package exports, and what starts a service. */
const ENTRY = /\/src\/(?:index|main)\.tsx?$/;

/** Every file of delivered code is imported, started, or named by a script, a Dockerfile or a page. */
export function checkUnusedFiles(repository: Repository): Violation[] {
  const imported = new Set(
    [...repository.sources.values()].flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier }) => resolveImport(repository, path, specifier) ?? []),
    ),
  );
  const scripts = repository.workspaces.map((workspace) => workspace.scripts);
  const texts = [...repository.texts].filter(([path]) => !path.endsWith('.md') && !path.endsWith('.json')).map(([, text]) => text);
  const strings = [...repository.sources.values()].flatMap((source) => source.strings.map(({ text }) => text));
  const named = [...scripts, ...texts, ...strings].join('\n');
  return [...repository.sources.keys()]
    .filter((path) => isProduct(path) && !ENTRY.test(path) && !imported.has(path) && !isNamed(named, path))
    .map((path) => ({ subject: path, message: `${path} is imported by nobody and started by nothing. Delete it.` }));
}

/** By its folder and name, as compiled or not: `setup/container-main.js`. */
function isNamed(texts: string, path: string): boolean {
  const [folder = '', file = ''] = path.split('/').slice(-2);
  const stem = `${folder === 'src' ? '' : `${folder}/`}${file.replace(/\.tsx?$/, '')}`;
  return ['.ts', '.tsx', '.js', '.mjs'].some((ending) => texts.includes(`${stem.replace(/\.mjs$/, '')}${ending}`));
}
