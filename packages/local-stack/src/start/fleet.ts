import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StackProblem } from '@retail-etl/setup';
import type { Children } from '../process/children.js';
import { boundLog, logPosition } from '../process/log-file.js';
import type { ManagedProcess } from '../process/managed-process.js';
import { lastServiceError } from './service-error.js';

export const SERVICE_NAMES = ['extractor', 'transformer', 'loader', 'gateway'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * A small young generation and one V8 helper thread: the services hold their rows outside V8's heap, so more would only be idle
 * memory. And the heap may double before all of it is marked: V8 counts buffers of rows, which are gone at once, as if they filled it.
 * The same stands in package.json (start:<service>) and in the images.
 */
const SERVICE_NODE_FLAGS = ['--max-semi-space-size=2', '--v8-pool-size=1', '--heap-growing-percent=100'];

const READY_TIMEOUT_MS = 60_000;
const READY_INTERVAL_MS = 40;
const READY_REQUEST_TIMEOUT_MS = 2_000;
/** Above the deadline that the services set themselves. */
const STOP_TIMEOUT_MS = 25_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** A service that ran this long counts as healthy: its next restart is a quick one again. */
const HEALTHY_AFTER_MS = 60_000;
/** A service that ends so often before it was ever ready will not get there by itself. */
const EARLY_ENDS_MAX = 3;
/** What the workers serve (health, metrics) needs no log-in, so it is for this machine alone, wherever the dashboard listens. */
export const WORKER_HOST = '127.0.0.1';
/** sysexits.h's EX_CONFIG: a service whose settings are wrong; starting it again changes nothing. */
const EXIT_CONFIG = 78;

export interface FleetOptions {
  readonly repoRoot: string;
  readonly logDir: string;
  readonly children: Children;
  /** The host by which the gateway is reached from here. The others listen on WORKER_HOST. */
  readonly reachableHost: string;
  readonly ports: Readonly<Record<ServiceName, number>>;
  /** The whole environment of each service, PORT included. */
  readonly envOf: (name: ServiceName, port: number) => NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** The four services as processes of their own, each restarted when it dies. */
export class Fleet {
  readonly #options: FleetOptions;
  /** Counted until the fleet is ready. */
  readonly #earlyEnds = new Map<ServiceName, number>();
  /** Where in each log this start begins. */
  readonly #logStarts = new Map<ServiceName, number>();
  #wasReady = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** Starts all four. They stop with `children`. */
  async start(): Promise<void> {
    const missing = SERVICE_NAMES.filter((name) => !existsSync(this.#mainPath(name)));
    if (missing.length > 0) {
      throw new StackProblem(
        'BUILD_INCOMPLETE',
        `not built: ${missing.map((name) => `services/${name}`).join(', ')}`,
        'Run npm run build and look at its errors.',
      );
    }
    await Promise.all(SERVICE_NAMES.map((name) => this.#keepRunning(name)));
  }

  /** Resolves once every service's /readyz says 200. Throws a StackProblem with the service's own last error if one cannot get there. */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all(SERVICE_NAMES.map((name) => this.#serviceReady(name, signal)));
    this.#wasReady = true;
  }

  #mainPath(name: ServiceName): string {
    return join(this.#options.repoRoot, 'services', name, 'dist', 'main.js');
  }

  #logPath(name: ServiceName): string {
    return join(this.#options.logDir, `${name}.log`);
  }

  async #keepRunning(name: ServiceName): Promise<void> {
    boundLog(this.#logPath(name));
    this.#logStarts.set(name, logPosition(this.#logPath(name)));
    const first = await this.#spawn(name);
    void this.#restartWhenDead(name, first);
  }

  #spawn(name: ServiceName): Promise<ManagedProcess> {
    const { children, envOf, ports } = this.#options;
    return children.start('service', {
      name,
      command: [process.execPath, ...SERVICE_NODE_FLAGS, this.#mainPath(name)],
      cwd: this.#options.repoRoot,
      env: envOf(name, ports[name]),
      logPath: this.#logPath(name),
      stopSignal: 'SIGTERM',
      stopTimeoutMs: STOP_TIMEOUT_MS,
    });
  }

  async #restartWhenDead(name: ServiceName, first: ManagedProcess): Promise<void> {
    const { children, say } = this.#options;
    let current = first;
    let backoffMs = BACKOFF_FIRST_MS;
    for (;;) {
      const startedAt = performance.now();
      const { code, signal } = await current.ended;
      if (children.stopping) return;
      if (performance.now() - startedAt > HEALTHY_AFTER_MS) backoffMs = BACKOFF_FIRST_MS;
      if (!this.#wasReady) {
        const ends = (this.#earlyEnds.get(name) ?? 0) + 1;
        this.#earlyEnds.set(name, code === EXIT_CONFIG ? EARLY_ENDS_MAX : ends);
        // #serviceReady reports it.
        if (code === EXIT_CONFIG || ends >= EARLY_ENDS_MAX) return;
      }
      say(`the ${name} ended (${signal ?? `exit code ${code}`}); starting it again in ${backoffMs / 1000} s`);
      await sleep(backoffMs, undefined, { ref: false });
      backoffMs = Math.min(backoffMs * 2, BACKOFF_MAX_MS);
      if (children.stopping) return;
      current = await this.#spawn(name);
    }
  }

  async #serviceReady(name: ServiceName, signal: AbortSignal): Promise<void> {
    const { ports, reachableHost } = this.#options;
    const deadline = performance.now() + READY_TIMEOUT_MS;
    let waitingFor: string | undefined;
    do {
      signal.throwIfAborted();
      if ((this.#earlyEnds.get(name) ?? 0) >= EARLY_ENDS_MAX) throw this.#startProblem(name, 'could not start');
      if (performance.now() > deadline) throw this.#startProblem(name, `was not ready within ${READY_TIMEOUT_MS / 1000} s (${waitingFor})`);
      await sleep(READY_INTERVAL_MS);
      waitingFor = await whatItWaitsFor(`http://${name === 'gateway' ? reachableHost : WORKER_HOST}:${ports[name]}/readyz`);
    } while (waitingFor !== undefined);
  }

  #startProblem(name: ServiceName, what: string): StackProblem {
    const logPath = this.#logPath(name);
    const { code, message, remedy } = lastServiceError(logPath, this.#logStarts.get(name) ?? 0);
    return new StackProblem(code, `the ${name} ${what}: ${message}`, remedy ?? `Look at ${logPath}.`);
  }
}

/** Undefined once the service is ready; otherwise what its /readyz says, or that it does not answer. */
async function whatItWaitsFor(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(READY_REQUEST_TIMEOUT_MS) });
    const text = await response.text();
    return response.ok ? undefined : text.trim().slice(0, 200);
  } catch {
    return 'no answer';
  }
}
