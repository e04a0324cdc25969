import { folderOf, isProduct, packageOf, type Repository, type Violation, type Workspace } from '../model/repository.js';
import type { Import, SourceFile } from '../model/source-file.js';

/**
 * Every package that a file imports is declared by the workspace of that file, and every declared one is used there. Tests
 * that lie beside a part are run by the root, so what they need may be declared there.
 */
export function checkDependencies(repository: Repository): Violation[] {
  return repository.workspaces.flatMap((workspace) => {
    const files = [...repository.sources.values()].filter(
      ({ path }) => folderOf(path) === workspace.folder || (workspace.folder === '' && !isProduct(path)),
    );
    return [...checkUsed(repository, workspace, files), ...checkDeclared(repository, workspace, files)];
  });
}

/** Where its package.json lies, for messages. */
const manifestOf = ({ folder }: Workspace): string => (folder === '' ? 'package.json' : `${folder}/package.json`);

function checkUsed(repository: Repository, workspace: Workspace, files: readonly SourceFile[]): Violation[] {
  const missing = new Map<string, Violation>();
  for (const { path, imports } of files) {
    for (const used of imports) {
      const name = packageOf(used.specifier);
      if (name === undefined || name === workspace.name) continue;
      const where = neededAs(repository, workspace, path, used, name);
      const key = `${manifestOf(workspace)} ${name}`;
      if (where === undefined || missing.has(key)) continue;
      const message = `${path}:${used.line} imports ${name}; declare it under "${where}" in ${manifestOf(workspace)}, version as in package-lock.json.`;
      missing.set(key, { subject: key, message });
    }
  }
  return [...missing.values()];
}

/** Under what the package is missing; undefined if it is declared as it has to be. */
function neededAs(repository: Repository, workspace: Workspace, path: string, used: Import, name: string): string | undefined {
  const { dependencies, devDependencies } = workspace;
  // npm links every workspace for the root because of "workspaces" in its package.json.
  if (workspace.folder === '' && repository.workspaces.some((other) => other.name === name)) return undefined;
  const runs = path.startsWith(`${workspace.folder}/src/`) && isProduct(path) && !used.typeOnly;
  if (runs) return dependencies.has(name) ? undefined : 'dependencies';
  // The root looks at tests beside a part as well, and knows whether the part declares what they use.
  const part = repository.workspaces.find(({ folder }) => folder === folderOf(path)) ?? workspace;
  if (workspace.folder !== '' && !isProduct(path)) return undefined;
  const declared = (used.typeOnly ? [name, typesOf(name)] : [name]).some((candidate) =>
    [dependencies, devDependencies, part.dependencies, part.devDependencies].some((names) => names.has(candidate)),
  );
  return declared ? undefined : 'devDependencies';
}

/** The package that holds another one's types: `@types/pg`, `@types/babel__core`. */
function typesOf(name: string): string {
  return `@types/${name.replace(/^@([^/]+)\//, '$1__')}`;
}

function checkDeclared(repository: Repository, workspace: Workspace, files: readonly SourceFile[]): Violation[] {
  const imported = new Set(files.flatMap(({ imports }) => imports.map(({ specifier }) => nameOfImport(specifier))));
  const programs = [workspace.scripts, ...(workspace.folder === '' ? programTexts(repository) : [])].join('\n');
  return [...workspace.dependencies, ...workspace.devDependencies]
    .filter((name) => !imported.has(typedBy(name)) && !runsProgram(programs, name))
    .map((name) => ({
      subject: `${manifestOf(workspace)} ${name}`,
      message: `${manifestOf(workspace)} declares ${name}, which nothing there imports or runs. Delete it, or move it to the package.json of the workspace that uses it.`,
    }));
}

/** Node's own modules are those that `@types/node` describes. */
function nameOfImport(specifier: string): string | undefined {
  return specifier.startsWith('node:') ? 'node' : packageOf(specifier);
}

/** The package that a `@types` package describes; any other package itself. */
function typedBy(name: string): string {
  if (!name.startsWith('@types/')) return name;
  const described = name.slice('@types/'.length);
  return described.includes('__') ? `@${described.replace('__', '/')}` : described;
}

/** Paths such as `typescript/bin/tsc` that some code starts; whose code it is does not matter to npm, which installs all into the root. */
function programTexts({ sources }: Repository): string[] {
  return [...sources.values()].flatMap(({ strings }) => strings.map(({ text }) => text).filter((text) => /^[^\s]*\/[^\s]+$/.test(text)));
}

function runsProgram(programs: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?:^|[\s"]|node_modules/)${escaped}(?:$|[\s"]|/(?:bin|[\w.-]+\.m?js))`, 'm').test(programs);
}
