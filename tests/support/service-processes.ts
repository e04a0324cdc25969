import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const SERVICE_NAMES = ['extractor', 'transformer', 'loader', 'gateway'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

const ROOT = join(import.meta.dirname, '..', '..');

/** Service processes that share an environment, each with a port of its own and a log in `logDir`. */
export class ServiceProcesses {
  readonly #env: NodeJS.ProcessEnv;
  readonly #logDir: string;
  readonly #started = new Map<ChildProcess, number>();

  constructor(env: NodeJS.ProcessEnv, logDir: string) {
    this.#env = env;
    this.#logDir = logDir;
  }

  /** Starts one more process of a service, and waits until it takes work. */
  async start(service: ServiceName, more: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const env = { ...this.#env, PORT: String(await freePort()), ...more };
    const log = createWriteStream(join(this.#logDir, `${service}.log`), { flags: 'a' });
    const child = spawn(
      process.execPath,
      ['--max-semi-space-size=2', '--v8-pool-size=1', '--heap-growing-percent=100', join(ROOT, 'services', service, 'dist', 'main.js')],
      { env, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#started.set(child, Number(env.PORT));
    await ready(child, service, Number(env.PORT));
    return child;
  }

  async startEach(): Promise<Record<ServiceName, ChildProcess>> {
    const children = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await this.start(service)] as const));
    return Object.fromEntries(children) as Record<ServiceName, ChildProcess>;
  }

  urlOf(child: ChildProcess): string {
    return `http://127.0.0.1:${this.#started.get(child)}`;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#started.keys()].map(stopProcess));
  }
}

/** Ends a process in good order, or after fifteen seconds at once. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(timer);
}

async function ready(child: ChildProcess, service: string, port: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${service} ended with code ${child.exitCode} before it was ready`);
    const isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    if (Date.now() > deadline) throw new Error(`${service} was not ready within 30 s`);
    await sleep(25);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
