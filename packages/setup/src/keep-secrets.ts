import { chmodSync, chownSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './problem.js';
import { newSecrets, type Secrets } from './container-secrets.js';
import type { ServiceUser } from './service-user.js';

/** All secrets in one file, which is there whole or not at all: the files of the single ones follow from it. */
const ALL = '.all.json';

/** The databases read theirs as users whose numbers are their images' own; nobody else is given that folder. */
const MODES = { databases: 0o444, services: 0o400, redis: 0o444 } as const;

export interface SecretFolders {
  readonly databases: string;
  readonly services: string;
}

/** Makes the secrets once, in folders that are mounted apart, and their files as often as asked. True if they were made now. */
export function keepSecrets(folders: SecretFolders, services: ServiceUser): boolean {
  const path = join(folders.databases, ALL);
  const known = readAll(path);
  const secrets = known ?? newSecrets();
  if (known === undefined) writeWhole(path, JSON.stringify(secrets), 0o400);
  for (const [name, { value, reader }] of Object.entries(secrets)) {
    const folder = reader === 'databases' ? folders.databases : folders.services;
    writeWhole(join(folder, name), value, MODES[reader], reader === 'services' ? services : undefined);
  }
  return known === undefined;
}

function readAll(path: string): Secrets | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Secrets;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function writeWhole(path: string, text: string, mode: number, owner?: ServiceUser): void {
  const temporary = `${path}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  chmodSync(temporary, mode);
  if (owner !== undefined) chownSync(temporary, owner.uid, owner.gid);
  renameSync(temporary, path);
}
