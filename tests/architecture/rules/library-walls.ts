import { isProduct, isWithin, packageOf, type Repository, type Violation } from '../model/repository.js';

interface LibraryWall {
  readonly libraries: readonly string[];
  readonly only: readonly string[];
  readonly instead: string;
}

/** Libraries that only some folders may import, types included. */
export function checkLibraryWalls(repository: Repository, walls: readonly LibraryWall[]): Violation[] {
  return [...repository.sources.values()]
    .filter(({ path }) => isProduct(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) =>
        walls
          .filter((wall) => isBehind(wall, specifier) && !wall.only.some((folder) => isWithin(path, folder)))
          .map((wall) => ({
            subject: path,
            message: `${path}:${line} imports ${specifier}; only ${wall.only.join(' and ')} may. ${wall.instead}`,
          })),
      ),
    );
}

function isBehind({ libraries }: LibraryWall, specifier: string): boolean {
  const name = packageOf(specifier);
  return name !== undefined && libraries.some((library) => (library.endsWith('/') ? name.startsWith(library) : name === library));
}
