import { subset } from 'semver';
import type { Violation } from '../model/repository.js';

/** What an entry of package-lock.json says about Node: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export interface LockedPackage {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

/** Every Node version that `ours` (a range, as `engines.node` of package.json) allows is one that each package of the lock file allows. */
export function checkNodeVersions(packages: Readonly<Record<string, LockedPackage>>, ours: string): Violation[] {
  return Object.entries(packages).flatMap(([path, { version, engines }]) => {
    const theirs = engines?.node;
    if (path === '' || theirs === undefined || subset(ours, theirs)) return [];
    const message = `${path}@${version} runs on Node ${theirs}, "engines" of package.json allows ${ours}. Take another version of it, by "overrides" where it is not ours to choose.`;
    return [{ subject: path, message }];
  });
}
