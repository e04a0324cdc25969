import { isProduct, isWithin, type Repository, type Violation } from '../model/repository.js';

/** Only files below `readers` look at environment variables; the first of these is where a setting is added. */
export function checkEnvironmentReads({ sources }: Repository, readers: readonly string[]): Violation[] {
  return [...sources.values()]
    .filter(({ path }) => isProduct(path) && !readers.some((folder) => isWithin(path, folder)))
    .flatMap(({ path, environmentReads }) =>
      environmentReads.map((line) => ({
        subject: path,
        message: `${path}:${line} reads the environment; only ${readers.join(' and ')} may. Add a setting to ${readers[0]} and take its value as an argument.`,
      })),
    );
}
