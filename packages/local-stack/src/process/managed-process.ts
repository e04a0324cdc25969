import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { identityArguments, type RunAs } from './run-as.js';

export interface ProcessOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Output is added to this file; undefined: it goes where ours goes. */
  readonly logPath?: string | undefined;
  /** Null or undefined: as we are. */
  readonly runAs?: RunAs | null | undefined;
  /** Asks for an orderly stop; the kernel also sends it if this process is killed. */
  readonly stopSignal: NodeJS.Signals;
  /** After this time an orderly stop becomes SIGKILL. */
  readonly stopTimeoutMs: number;
}

export interface ProcessEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that we stop, whatever happens. */
export class ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  readonly #options: ProcessOptions;
  #end: ProcessEnd | undefined;

  private constructor(child: ChildProcess, options: ProcessOptions) {
    this.name = options.name;
    this.pid = child.pid ?? -1;
    this.#child = child;
    this.#options = options;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
      });
    });
  }

  /** Starts the process. Throws the system's error if the program cannot be executed. */
  static async start(options: ProcessOptions): Promise<ManagedProcess> {
    const output = options.logPath === undefined ? 'inherit' : openSync(options.logPath, 'a', 0o600);
    try {
      const [program, ...args] = wrapCommand(options);
      const child = spawn(program, args, {
        cwd: options.cwd,
        env: options.env,
        stdio: ['ignore', output, output],
        // A session of its own: Ctrl-C in the terminal reaches only us, and we stop children in the right order.
        detached: options.logPath !== undefined,
      });
      const managed = new ManagedProcess(child, options);
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return managed;
    } finally {
      if (typeof output === 'number') closeSync(output);
    }
  }

  /** How it ended; undefined while it runs. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** Stops it in good order, or with SIGKILL once `stopTimeoutMs` has passed. Resolves when it has ended. */
  async stop(): Promise<void> {
    if (this.#end !== undefined) return;
    this.#child.kill(this.#options.stopSignal);
    const deadline = setTimeout(() => this.kill(), this.#options.stopTimeoutMs);
    await this.ended;
    clearTimeout(deadline);
  }

  kill(): void {
    if (this.#end === undefined) this.#child.kill('SIGKILL');
  }
}

/** Puts setpriv before the command: it becomes `runAs`, and asks the kernel for the stop signal at our death. */
function wrapCommand({ command, runAs, stopSignal }: ProcessOptions): readonly [string, ...string[]] {
  const setpriv = findSetpriv();
  if (setpriv === undefined) return command;
  const identity = runAs === null || runAs === undefined ? [] : identityArguments(runAs);
  return [setpriv, ...identity, '--pdeathsig', stopSignal.replace(/^SIG/, ''), '--', ...command];
}

/** Only util-linux's setpriv knows both needs; other systems have none, and go without the kernel's help. */
function findSetpriv(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  for (const path of ['/usr/bin/setpriv', '/bin/setpriv']) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  return undefined;
}
