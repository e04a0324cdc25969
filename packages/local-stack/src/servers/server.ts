import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, errorText, StackProblem } from '@retail-etl/setup';
import type { Children } from '../process/children.js';
import { boundLog, logPosition, readLogTail } from '../process/log-file.js';
import type { ManagedProcess } from '../process/managed-process.js';
import { identifyProcess, isProcessAlive, parseIdentity } from '../process/process-identity.js';
import { chooseUser, proveAccess, type RunAs } from '../process/run-as.js';
import { findFreePort, isPortFree } from './free-port.js';

export const SERVER_NAMES = ['redis', 'postgres', 'mysql'] as const;
export type ServerName = (typeof SERVER_NAMES)[number];

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 30;
const LEFTOVER_TIMEOUT_MS = 15_000;
const START_ATTEMPTS_MAX = 3;

/** `durable` keeps data through a power cut; `disposable` is for tests: quick, and thrown away afterwards. */
export type Durability = 'durable' | 'disposable';

export interface ServerFolder {
  /** Absolute; belongs to the user who runs the server. */
  readonly path: string;
  readonly logPath: string;
  readonly runAs: RunAs | null;
}

/** How one kind of server is started, once its folder and data are there. */
export interface ServerRecipe {
  readonly label: string;
  command(port: number): readonly [string, ...string[]];
  /** Resolves once the server does what it is there for; throws while it does not. */
  probe(port: number): Promise<void>;
  readonly stopSignal: NodeJS.Signals;
}

export interface RunningServer {
  readonly label: string;
  readonly port: number;
  readonly process: ManagedProcess;
}

/** A server gets nothing of our environment: it may hold secrets, and locales that the server does not know. */
export const SERVER_ENV: NodeJS.ProcessEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Makes the server's folder, finds out who can run the server there, and stops what an earlier, killed start left running. */
export async function prepareFolder(path: string, logPath: string, preferredUser: string): Promise<ServerFolder> {
  const user = chooseUser(path, preferredUser);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  let runAs: RunAs | null = null;
  if (user !== null) {
    chownSync(path, user.uid, user.gid);
    runAs = await proveAccess(user, path);
  }
  boundLog(logPath);
  await stopLeftover(path);
  return { path, logPath, runAs };
}

/** Writes a file that only the server's user can read. */
export function writeServerFile(folder: ServerFolder, name: string, text: string): string {
  const path = join(folder.path, name);
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  if (folder.runAs !== null) chownSync(path, folder.runAs.uid, folder.runAs.gid);
  return path;
}

/**
 * Makes the server's data folder by `create` if it is not there yet. A creation that was cut short is done again: only
 * the marker says that the data is whole.
 */
export async function createDataOnce(folder: ServerFolder, create: (dataDir: string) => Promise<void>): Promise<string> {
  const dataDir = join(folder.path, 'data');
  const marker = join(folder.path, 'created');
  if (!existsSync(marker)) {
    rmSync(dataDir, { recursive: true, force: true });
    mkdirSync(dataDir, { mode: 0o700 });
    if (folder.runAs !== null) chownSync(dataDir, folder.runAs.uid, folder.runAs.gid);
    await create(dataDir);
    writeFileSync(marker, `${new Date().toISOString()}\n`);
  }
  return dataDir;
}

/** Starts the server on a free port and waits until it answers. Throws a StackProblem with the end of its log if it does not. */
export async function launchServer(recipe: ServerRecipe, folder: ServerFolder, children: Children): Promise<RunningServer> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(HOST);
    const logFrom = logPosition(folder.logPath);
    const server = await children.start('server', {
      name: recipe.label,
      command: recipe.command(port),
      cwd: '/',
      env: SERVER_ENV,
      logPath: folder.logPath,
      runAs: folder.runAs,
      stopSignal: recipe.stopSignal,
      stopTimeoutMs: 20_000,
    });
    writeFileSync(pidPath(folder.path), JSON.stringify({ ...identifyProcess(server.pid), stopSignal: recipe.stopSignal }));
    const trouble = await waitForAnswer(recipe, server, port);
    if (trouble === undefined) return { label: recipe.label, port, process: server };
    await server.stop();
    // Another program may have taken the port between our look and the server's start; only then is another try of use.
    if (attempt < START_ATTEMPTS_MAX && !children.stopping && !(await isPortFree(HOST, port))) continue;
    throw new StackProblem(
      'SERVER_START',
      `${recipe.label} did not start: ${trouble}${readLogTail(folder.logPath, logFrom)}`,
      `Look at ${folder.logPath}; to begin anew without the data of the private servers, remove the folder .local.`,
    );
  }
}

/** Undefined once the server answers; otherwise why it does not. */
async function waitForAnswer(recipe: ServerRecipe, server: ManagedProcess, port: number): Promise<string | undefined> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (server.end !== undefined) return `it ended (${server.end.signal ?? `exit code ${server.end.code}`})`;
    try {
      await recipe.probe(port);
      return undefined;
    } catch (error) {
      // The probe knows that waiting will not help.
      if (error instanceof StackProblem) throw error;
      if (performance.now() > deadline) return `no answer within ${START_TIMEOUT_MS / 1000} s (${errorText(error)})`;
    }
    await Promise.race([sleep(PROBE_INTERVAL_MS), server.ended]);
  }
}

function pidPath(folderPath: string): string {
  return join(folderPath, 'process.json');
}

/**
 * Stops the server that was last started in the folder, if that very process still runs. After a SIGKILL of `npm start`
 * the kernel stops its servers, but a new start may come before they are done.
 */
export async function stopLeftover(folderPath: string): Promise<void> {
  const path = pidPath(folderPath);
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const leftover = parseIdentity(text);
  if (leftover === undefined || !isProcessAlive(leftover)) return;
  const deadline = performance.now() + LEFTOVER_TIMEOUT_MS;
  const { stopSignal = 'SIGTERM' } = JSON.parse(text) as { stopSignal?: NodeJS.Signals };
  signalLeftover(leftover.pid, stopSignal);
  while (isProcessAlive(leftover)) {
    if (performance.now() > deadline) signalLeftover(leftover.pid, 'SIGKILL');
    await sleep(PROBE_INTERVAL_MS);
  }
  rmSync(path, { force: true });
}

function signalLeftover(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
