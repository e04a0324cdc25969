import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from '@retail-etl/setup';
import { identifyProcess, isProcessAlive, parseIdentity, type ProcessIdentity } from './process-identity.js';

export interface CloneLock {
  release(): void;
}

/**
 * Takes the lock file at `path` for this process, or returns the live process that holds it. The lock of a process
 * that died is taken over.
 */
export function acquireCloneLock(path: string): CloneLock | ProcessIdentity {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identifyProcess(process.pid)));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        // A hard link appears whole or not at all, so nobody ever reads a half-written lock.
        linkSync(own, path);
        return { release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const holder = parseIdentity(readIfThere(path));
      if (holder !== undefined && isProcessAlive(holder)) return holder;
      rmSync(path, { force: true });
    }
    throw new Error(`the lock ${path} changes hands too quickly`);
  } finally {
    rmSync(own, { force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
