import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CrashPoint } from '@retail-etl/faults';
import { freePort, type ServiceName } from '../../support/service-processes.js';

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
  return new SupervisedService(name, label, dir, env, await freePort());
}

class SupervisedService implements ServiceProcess {
  readonly name: ServiceName;
  readonly url: string;
  readonly #label: string;
  readonly #logPath: string;
  /** All processes of a service share it: whichever comes to the point first takes it. */
  readonly #crashFile: string;
  readonly #env: NodeJS.ProcessEnv;
  #more: NodeJS.ProcessEnv = {};
  #wanted = true;
  #deaths = 0;
  #child: ChildProcess;

  constructor(name: ServiceName, label: string, dir: string, env: NodeJS.ProcessEnv, port: number) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.#label = label;
    this.#logPath = join(dir, `${label}.log`);
    this.#crashFile = join(dir, `${name}.crash`);
    this.#env = { ...env, PORT: String(port), ETL_CRASH_POINT: `@${this.#crashFile}` };
    this.#child = this.#launch();
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get deaths(): number {
    return this.#deaths;
  }

  arm(point: CrashPoint, passing = 1, signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): Promise<void> {
    return writeFile(this.#crashFile, `${point}:${passing}:${signal}`);
  }

  disarm(): Promise<void> {
    return rm(this.#crashFile, { force: true });
  }

  isArmed(): boolean {
    try {
      return readFileSync(this.#crashFile, 'utf8') !== '';
    } catch {
      return false;
    }
  }

  isStopped(): boolean {
    try {
      return /^State:\s+T/m.test(readFileSync(`/proc/${this.pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
        async (response) => (response.ok ? null : await response.text()),
        (error: unknown) => String(error),
      );
      if (answer === null) return;
      if (Date.now() > deadline) throw new Error(`${this.#label} is not ready: ${answer}\n${tail(this.#logPath)}`);
      await sleep(50);
    }
  }

  async stop({ kill = false } = {}): Promise<void> {
    this.#wanted = false;
    if (this.#hasEnded()) return;
    const child = this.#child;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(kill ? 'SIGKILL' : 'SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await exited;
    clearTimeout(timer);
  }

  start(more: NodeJS.ProcessEnv = {}): void {
    this.#more = more;
    this.#wanted = true;
    if (this.#hasEnded()) this.#child = this.#launch();
  }

  #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  #launch(): ChildProcess {
    const log = createWriteStream(this.#logPath, { flags: 'a' });
    const child = spawn(program, [...before, '--enable-source-maps', join(ROOT, 'services', this.name, 'dist', 'main.js')], {
      env: { ...this.#env, ...this.#more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('exit', (code, signal) => {
      log.end(`{"supervisor":"${this.#label} ended: ${signal ?? code}","at":"${new Date().toISOString()}"}\n`);
      if (!this.#wanted) return;
      this.#deaths += 1;
      setTimeout(() => {
        if (this.#wanted) this.#child = this.#launch();
      }, RESTART_MS);
    });
    return child;
  }
}

/** The end of a log, for the message of a failed test. */
export function tail(path: string, lines = 15): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return `(${path} cannot be read)`;
  }
}
