import { join } from 'node:path';
import { SERVICE_NAMES, type ServiceName } from '../../support/service-processes.js';
import type { Cleanups } from './cleanups.js';
import { type ServiceProcess, superviseService, tail } from './service-process.js';

/** The supervised services of a test, each with a log in `dir`. */
export class ServiceGroup {
  readonly #dir: string;
  readonly #envOf: (service: ServiceName) => NodeJS.ProcessEnv;
  readonly #members: { readonly label: string; readonly service: ServiceProcess }[] = [];

  constructor(dir: string, envOf: (service: ServiceName) => NodeJS.ProcessEnv, cleanups: Cleanups) {
    this.#dir = dir;
    this.#envOf = envOf;
    const members = this.#members;
    cleanups.add(function stopServices() {
      return Promise.all(members.map(({ service }) => service.stop()));
    });
  }

  async startEach(): Promise<Record<ServiceName, ServiceProcess>> {
    const entries = await Promise.all(SERVICE_NAMES.map(async (service) => [service, await this.add(service)] as const));
    return Object.fromEntries(entries) as Record<ServiceName, ServiceProcess>;
  }

  /** One more process of a service, behind the same proxies. */
  async add(name: ServiceName): Promise<ServiceProcess> {
    const label = this.#members.some((member) => member.label === name) ? `${name}-${this.#members.length}` : name;
    const service = await superviseService(name, label, this.#dir, this.#envOf(name));
    this.#members.push({ label, service });
    return service;
  }

  /** The ends of all logs, for the message of a failed test. */
  logs(): string {
    return this.#members.map(({ label }) => `--- ${label}\n${tail(join(this.#dir, `${label}.log`), 12)}`).join('\n');
  }
}
