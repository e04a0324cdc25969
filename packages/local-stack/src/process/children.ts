import { StackProblem } from '@retail-etl/setup';
import { logPosition, readLogTail } from './log-file.js';
import { ManagedProcess, type ProcessOptions } from './managed-process.js';

/** What stops first: services before the servers that they talk to. */
const TIERS = ['service', 'server'] as const;
export type Tier = (typeof TIERS)[number];

/** All processes that this one has started, so that not one is left behind. */
export class Children {
  readonly #running = new Map<ManagedProcess, Tier>();
  #stopping: Promise<void> | undefined;

  constructor() {
    // The last resort: an exit that went past stopAll, such as an uncaught error.
    process.once('exit', () => this.killAll());
  }

  get stopping(): boolean {
    return this.#stopping !== undefined;
  }

  async start(tier: Tier, options: ProcessOptions): Promise<ManagedProcess> {
    if (this.stopping) throw new StackProblem('STOPPING', `${options.name} is not started: everything is being stopped`, 'Start again.');
    const child = await ManagedProcess.start(options);
    this.#running.set(child, tier);
    void child.ended.then(() => this.#running.delete(child));
    // A stop that came while the process was being made did not see it.
    if (this.stopping) await child.stop();
    return child;
  }

  /** Runs a command to its end. Throws a StackProblem with the end of its output if it fails. */
  async run(
    options: ProcessOptions & { readonly logPath: string },
    failure: { code: string; message: string; remedy: string },
  ): Promise<void> {
    const from = logPosition(options.logPath);
    const child = await this.start('server', options);
    const { code, signal } = await child.ended;
    if (code === 0) return;
    const tail = readLogTail(options.logPath, from);
    throw new StackProblem(failure.code, `${failure.message} (${signal ?? `exit code ${code}`})${tail}`, failure.remedy);
  }

  /** Stops everything, tier by tier; within a tier side by side. Nothing can be started afterwards. */
  stopAll(): Promise<void> {
    this.#stopping ??= this.#stopTiers();
    return this.#stopping;
  }

  async #stopTiers(): Promise<void> {
    for (const tier of TIERS) {
      const members = [...this.#running].filter(([, itsTier]) => itsTier === tier);
      await Promise.all(members.map(([child]) => child.stop()));
    }
  }

  killAll(): void {
    for (const child of this.#running.keys()) child.kill();
  }
}
