import { folderOf, isProduct, packageOf, type Repository, type Violation, type Workspace } from '../model/repository.js';

/** The references of each tsconfig.json are the workspaces that its code imports, so that `tsc -b` builds in the right order; the root's are all. */
export function checkProjectReferences(repository: Repository): Violation[] {
  return repository.workspaces.flatMap((workspace) => {
    if (workspace.references === undefined) return [missingConfig(workspace)];
    const path = workspace.folder === '' ? 'tsconfig.json' : `${workspace.folder}/tsconfig.json`;
    const wanted = workspace.folder === '' ? everyFolder(repository) : importedFolders(repository, workspace);
    const present = new Set(workspace.references);
    return [
      ...[...wanted]
        .filter((folder) => !present.has(folder))
        .map((folder) => ({
          subject: `${path} ${folder}`,
          message: `${path} does not refer to ${folder}, which is imported there. Add it to "references".`,
        })),
      ...[...present]
        .filter((folder) => !wanted.has(folder))
        .map((folder) => ({
          subject: `${path} ${folder}`,
          message: `${path} refers to ${folder}, which nothing there imports. Delete the reference.`,
        })),
    ];
  });
}

function missingConfig({ folder }: Workspace): Violation {
  const message = `${folder === '' ? 'The root' : folder} has no tsconfig.json. Add one, with a reference to each package that is imported there.`;
  return { subject: folder, message };
}

function everyFolder({ workspaces }: Repository): Set<string> {
  return new Set(workspaces.map(({ folder }) => folder).filter((folder) => folder !== ''));
}

/** Of what is compiled: tests beside it count, scripts and pages do not. */
function importedFolders({ sources, workspaces }: Repository, { folder }: Workspace): Set<string> {
  const files = [...sources.values()].filter(
    ({ path }) => folderOf(path) === folder && path.startsWith(`${folder}/src/`) && isProduct(path),
  );
  const names = new Set(files.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier))));
  return new Set(workspaces.filter((other) => names.has(other.name) && other.folder !== folder).map((other) => other.folder));
}
