import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL_DIR } from '../paths.js';
import type { Children } from '../process/children.js';
import { identifyProcess, isProcessAlive } from '../process/process-identity.js';
import { bringUpServers, type Servers } from '../servers/bring-up.js';
import { newCredentials } from '../servers/credentials.js';
import type { GivenUrls } from '../servers/given-urls.js';
import { SERVER_NAMES, stopLeftover, type Durability } from '../servers/server.js';

const TEST_DIR = join(LOCAL_DIR, 'test');

/** Servers for one test run, in a folder of its own, so that two runs at a time do not meet. removeTemporaryDir takes the folder away. */
export async function bringUpTemporaryServers(options: {
  readonly dir: string;
  readonly given: GivenUrls;
  readonly durability: Durability;
  readonly children: Children;
  readonly say: (line: string) => void;
}): Promise<Servers> {
  const logDir = join(options.dir, 'logs');
  mkdirSync(logDir);
  return bringUpServers({ ...options, logDir, credentials: newCredentials() });
}

/** Makes a folder for this process, and removes those that killed test runs have left. Its name tells whose it is. */
export async function createTemporaryDir(): Promise<string> {
  mkdirSync(TEST_DIR, { recursive: true });
  for (const name of readdirSync(TEST_DIR)) await removeIfOrphaned(name);
  const { pid, startTicks } = identifyProcess(process.pid);
  const dir = join(TEST_DIR, startTicks === null ? `${pid}` : `${pid}-${startTicks}`);
  mkdirSync(dir);
  return dir;
}

export function removeTemporaryDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

async function removeIfOrphaned(name: string): Promise<void> {
  const [pid, startTicks] = name.split('-');
  if (isProcessAlive({ pid: Number(pid), startTicks: startTicks ?? null })) return;
  const dir = join(TEST_DIR, name);
  for (const server of SERVER_NAMES) await stopLeftover(join(dir, server));
  removeTemporaryDir(dir);
}
