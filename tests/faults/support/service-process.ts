import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '@retail-etl/faults';
import { freePort, type ServiceName } from '../../support/stack.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const RESTART_MS = 100;

// The kernel kills the service with us where util-linux can ask for it: a test run that is killed leaves none behind, not even a stopped one.
const SETPRIV = '/usr/bin/setpriv';
const [program, before]: [string, string[]] = existsSync(SETPRIV)
  ? [SETPRIV, ['--pdeathsig', 'KILL', '--', process.execPath]]
  : [process.execPath, []];

/** One process of a service under a supervisor that, as in a Swarm, starts it again whenever it has ended. */
export interface ServiceProcess {
  readonly name: ServiceName;
  readonly url: string;
  readonly pid: number;
  /** How often it has ended without being asked to. */
  readonly deaths: number;
  /** Kills or stops itself at the next passing of the point, once. */
  arm(point: CrashPoint, passing?: number, signal?: 'SIGKILL' | 'SIGSTOP'): Promise<void>;
  disarm(): Promise<void>;
  /** True while the crash that was armed has not happened. */
  isArmed(): boolean;
  /** True if a SIGSTOP holds it. */
  isStopped(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Resolves once its readiness endpoint says that it takes work. */
  ready(): Promise<void>;
  /** Stops the process, and starts no other until `start`. `kill`: without asking. */
  stop(options?: { kill?: boolean }): Promise<void>;
  start(more?: NodeJS.ProcessEnv): void;
}

export async function superviseService(name: ServiceName, label: string, dir: string, env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const port = await freePort();
  // All processes of a service share it: whichever comes to the point first takes it.
  const crashFile = join(dir, `${name}.crash`);
  const logPath = join(dir, `${label}.log`);
  let more: NodeJS.ProcessEnv = {};
  let wanted = true;
  let deaths = 0;
  let child: ChildProcess;

  const launch = (): void => {
    const log = createWriteStream(logPath, { flags: 'a' });
    const started = spawn(program, [...before, '--enable-source-maps', join(ROOT, 'services', name, 'dist', 'main.js')], {
      env: { ...env, PORT: String(port), ETL_CRASH_POINT: `@${crashFile}`, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.stdout.pipe(log, { end: false });
    started.stderr.pipe(log, { end: false });
    started.once('exit', (code, signal) => {
      log.end(`{"supervisor":"${label} ended: ${signal ?? code}","at":"${new Date().toISOString()}"}\n`);
      if (!wanted) return;
      deaths += 1;
      setTimeout(() => wanted && launch(), RESTART_MS);
    });
    child = started;
  };
  launch();

  const service: ServiceProcess = {
    name,
    url: `http://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? -1;
    },
    get deaths() {
      return deaths;
    },
    arm: (point, passing = 1, signal = 'SIGKILL') => writeFile(crashFile, `${point}:${passing}:${signal}`),
    disarm: () => rm(crashFile, { force: true }),
    isArmed() {
      try {
        return readFileSync(crashFile, 'utf8') !== '';
      } catch {
        return false;
      }
    },
    isStopped() {
      try {
        return /^State:\s+T/m.test(readFileSync(`/proc/${service.pid}/status`, 'utf8'));
      } catch {
        return false;
      }
    },
    signal: (signal) => void child.kill(signal),
    async ready() {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const answer = await fetch(`${service.url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
          async (response) => (response.ok ? null : await response.text()),
          (error: unknown) => String(error),
        );
        if (answer === null) return;
        if (Date.now() > deadline) throw new Error(`${label} is not ready: ${answer}\n${tail(logPath)}`);
        await sleep(50);
      }
    },
    async stop({ kill = false } = {}) {
      wanted = false;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill(kill ? 'SIGKILL' : 'SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await exited;
      clearTimeout(timer);
    },
    start(added = {}) {
      more = added;
      wanted = true;
      if (child.exitCode !== null || child.signalCode !== null) launch();
    },
  };
  return service;
}

/** The end of a log, for the message of a failed test. */
export function tail(path: string, lines = 15): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return `(${path} cannot be read)`;
  }
}
