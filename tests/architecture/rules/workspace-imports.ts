import { folderOf, isProduct, packageOf, type Repository, type Violation } from '../model/repository.js';
import { resolveImport } from '../model/resolve-import.js';

interface Room {
  readonly mayImport: 'packages' | readonly string[];
  readonly developmentOnly?: true;
}
type Rooms = Readonly<Record<string, Room>>;

/** Who imports whom: packages by their names only, services nothing of each other, and the table names every room there is. */
export function checkWorkspaceImports(repository: Repository, rooms: Rooms): Violation[] {
  return [...checkTable(repository, rooms), ...crossings(repository).flatMap((crossing) => checkCrossing(crossing, rooms))];
}

function checkTable({ workspaces }: Repository, rooms: Rooms): Violation[] {
  const folders = workspaces.map(({ folder }) => folder).filter((folder) => folder !== '');
  const missing = folders.filter((folder) => rooms[folder] === undefined);
  const stale = Object.keys(rooms).filter((folder) => !folders.includes(folder));
  return [
    ...missing.map((folder) => ({ subject: folder, message: `${folder} has no row in ROOMS. Say there what it may import.` })),
    ...stale.map((folder) => ({ subject: folder, message: `ROOMS has a row for ${folder}, which does not exist. Delete the row.` })),
  ];
}

interface Crossing {
  readonly path: string;
  readonly line: number;
  readonly specifier: string;
  readonly from: string;
  readonly to: string;
}

/** Imports of delivered code that lead from one workspace into another, or out into the root. */
function crossings(repository: Repository): Crossing[] {
  return [...repository.sources.values()]
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) => {
        const from = folderOf(path);
        const to = targetOf(repository, path, specifier);
        return to === undefined || to === from ? [] : [{ path, line, specifier, from, to }];
      }),
    );
}

function targetOf(repository: Repository, path: string, specifier: string): string | undefined {
  const name = packageOf(specifier);
  if (name !== undefined) return repository.workspaces.find((workspace) => workspace.name === name)?.folder;
  const target = resolveImport(repository, path, specifier);
  return target === undefined ? undefined : folderOf(target);
}

function checkCrossing({ path, line, specifier, from, to }: Crossing, rooms: Rooms): Violation[] {
  const forbid = (why: string): Violation[] => [{ subject: path, message: `${path}:${line} imports ${specifier}; ${why}` }];
  if (to === '') return forbid('delivered code may not import files of the root. Move the file into a package.');
  if (to.startsWith('services/')) {
    return forbid(`nothing may import a service. Move what ${from} needs of ${to} into a package.`);
  }
  if (specifier.startsWith('.')) return forbid(`files of ${to} are its own. Import its package by name, and export there what is missing.`);
  if (rooms[to]?.developmentOnly === true) return forbid(`${to} is for development only. Move what ${from} needs into another package.`);
  const allowed = rooms[from]?.mayImport ?? 'packages';
  if (allowed === 'packages' || allowed.includes(to.slice('packages/'.length))) return [];
  const list = allowed.length === 0 ? 'no package of ours' : `only ${allowed.join(', ')}`;
  return forbid(`${from} may import ${list}. Pass the value in, or move the code to a package that may import both.`);
}
