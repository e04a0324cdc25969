import { isProduct, isWithin, type Repository, type Violation } from '../model/repository.js';

const FILE_SYSTEM = /^(?:node:)?fs(?:\/|$)/;

/** Only files below `folders` use Node's file system. */
export function checkFileAccess({ sources }: Repository, folders: readonly string[]): Violation[] {
  return [...sources.values()]
    .filter(({ path }) => isProduct(path) && !folders.some((folder) => isWithin(path, folder)))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => FILE_SYSTEM.test(specifier))
        .map(({ specifier, line }) => ({
          subject: path,
          message: `${path}:${line} imports ${specifier}; only ${folders.join(', ')} may. Use @retail-etl/store, or add there what it lacks.`,
        })),
    );
}
