import { chmodSync, chownSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../problem.js';
import { newSecrets, type Secrets } from './container-secrets.js';
import type { ServiceUser } from './service-user.js';

/** All secrets in one file, which is there whole or not at all: the files of the single ones follow from it. */
const ALL = '.all.json';

const MODES = { root: 0o400, services: 0o400, all: 0o444 } as const;

/** Makes the secrets once, in `folder`, and their files as often as asked. True if they were made now. */
export function keepSecrets(folder: string, services: ServiceUser): boolean {
  const path = join(folder, ALL);
  const known = readAll(path);
  const secrets = known ?? newSecrets();
  if (known === undefined) writeWhole(path, JSON.stringify(secrets), 0o400);
  for (const [name, { value, reader }] of Object.entries(secrets)) {
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
  const aside = `${path}.tmp`;
  writeFileSync(aside, text, { mode: 0o600 });
  chmodSync(aside, mode);
  if (owner !== undefined) chownSync(aside, owner.uid, owner.gid);
  renameSync(aside, path);
}
