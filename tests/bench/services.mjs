import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '@retail-etl/contracts';
import { readDefinition } from '@retail-etl/reading';
import { createSchema } from '@retail-etl/setup';
import { findFreePort, REPO_ROOT } from '@retail-etl/local-stack';
import { difference, peakBytes, processorSeconds, serverSeconds } from './process-figures.mjs';

const SERVICES = ['extractor', 'transformer', 'loader', 'gateway'];
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
/** Asking takes processor time from the run: every 20 ms, some 6 of the 80 ms of a sample run. */
const POLL_MS = 100;

/** @typedef {{ name: string, child: import('node:child_process').ChildProcess, port: number }} Service */
/** @typedef {import('@retail-etl/contracts').RunReport} RunReport */

/** Our four services as processes of their own, as in production: started once, they take run after run. */
export class Services {
  #root;
  #token = randomBytes(16).toString('hex');
  /** @type {Service[]} */
  #running = [];

  /** @param {string} root The clone whose services these are; it is built. */
  constructor(root = REPO_ROOT) {
    this.#root = root;
  }

  /**
   * @param {import('./servers.mjs').Urls} urls
   * @param {string} dataDir
   * @param {Record<string, number>} scale Processes per service where not one.
   */
  async start(urls, dataDir, scale = {}) {
    // The last resort, where this process is stopped in the middle.
    process.once('exit', this.#kill);
    for (const folder of ['input', 'output', 'staging', 'runs']) await mkdir(join(dataDir, folder), { recursive: true });
    if (this.#root === REPO_ROOT) {
      const declared = await readDefinition({ dataDir, file: undefined });
      await createSchema(urls.mysql, declared === null ? {} : { summaries: declared.summaries });
    }
    const env = {
      PATH: process.env.PATH,
      REDIS_URL: urls.redis,
      POSTGRES_URL: urls.postgres,
      MYSQL_URL: urls.mysql,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      API_TOKEN: this.#token,
      ADMIN_PASSWORD: this.#token,
      SCHEDULE_CRON: 'off',
      // As npm start and the images have it.
      MALLOC_ARENA_MAX: '2',
    };
    const names = SERVICES.flatMap((name) => Array.from({ length: scale[name] ?? 1 }, () => name));
    await Promise.all(names.map((name) => this.#startOne(name, env, dataDir)));
  }

  /** @param {string} name @param {NodeJS.ProcessEnv} env @param {string} logDir */
  async #startOne(name, env, logDir) {
    const port = await findFreePort();
    const log = openSync(join(logDir, `${name}.log`), 'a');
    const main = join(this.#root, 'services', name, 'dist', 'main.js');
    // BENCH_NODE_FLAGS is for profiling: --cpu-prof.
    const flags = [...productionFlags(this.#root, name), ...(process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '')];
    const child = spawn(process.execPath, [...flags, main], { env: { ...env, PORT: String(port) }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#running.push({ name, child, port });
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady(port))) {
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the ${name} did not get ready: look at ${logDir}/${name}.log`);
      await sleep(50);
    }
  }

  #kill = () => {
    for (const { child } of this.#running) child.kill('SIGKILL');
  };

  async stop() {
    process.off('exit', this.#kill);
    await Promise.all(this.#running.map(({ child }) => stopProcess(child)));
    this.#running = [];
  }

  /**
   * One run over HTTP, from the trigger to its end in the ledger (this machine's clock in both places). Throws unless it was published. Unless `params` say
   * otherwise it reads everything, as another clone's services may do each time.
   * @param {{ fresh?: boolean }} [params]
   */
  async run(params = this.#root === REPO_ROOT ? { fresh: true } : {}) {
    const before = this.#seconds();
    const triggeredAt = Date.now();
    const { id } = await this.#request('POST', '/api/runs', params);
    /** @type {RunReport} */
    let report;
    do {
      await sleep(POLL_MS);
      this.#assertAlive();
      report = await this.#request('GET', `/api/runs/${id}`);
    } while (!isTerminal(report.state));
    if (report.state !== 'published' || report.finishedAt === null) {
      throw new Error(`run ${id} ended as ${report.state}: ${report.error?.code} ${report.error?.message}`);
    }
    return {
      ms: Date.parse(report.finishedAt) - triggeredAt,
      report,
      peakBytes: this.#perService((pid, found) => Math.max(peakBytes(pid), found)),
      processorSeconds: difference(this.#seconds(), before),
    };
  }

  /** A service that died would leave a run without an end. */
  #assertAlive() {
    const dead = this.#running.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
    if (dead !== undefined) throw new Error(`the ${dead.name} ended (${dead.child.signalCode ?? `exit code ${dead.child.exitCode}`})`);
  }

  /** Processor seconds so far of the services and of the servers. @returns {Record<string, number>} */
  #seconds() {
    return { ...this.#perService((pid, sum) => sum + processorSeconds(pid)), ...serverSeconds() };
  }

  /** @param {(pid: number, previous: number) => number} figure */
  #perService(figure) {
    /** @type {Record<string, number>} */
    const figures = {};
    for (const name of SERVICES) {
      for (const { child } of this.#running.filter((service) => service.name === name))
        figures[name] = figure(child.pid ?? 0, figures[name] ?? 0);
    }
    return figures;
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  async #request(method, path, body) {
    const port = this.#running.find(({ name }) => name === 'gateway')?.port;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  }
}

/** What package.json starts a service with. @param {string} root @param {string} service @returns {string[]} */
function productionFlags(root, service) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return scripts[`start:${service}`].split(' ').filter((/** @type {string} */ word) => word.startsWith('--'));
}

/** @param {number} port */
async function isReady(port) {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

/** @param {import('node:child_process').ChildProcess} child */
async function stopProcess(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
