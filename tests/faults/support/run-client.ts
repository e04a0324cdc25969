import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal, type RunParams } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';

interface Gateway {
  readonly url: string;
}

/** A program that uses the gateway's API while the gateway may be away. */
export class RunClient {
  readonly #gateway: Gateway;
  readonly #token: string;
  /** The ends of all logs, for messages. */
  readonly #logs: () => string;

  constructor(gateway: Gateway, token: string, logs: () => string) {
    this.#gateway = gateway;
    this.#token = token;
    this.#logs = logs;
  }

  request(path: string, init?: RequestInit, gateway: Gateway = this.#gateway): Promise<Response> {
    return fetch(`${gateway.url}${path}`, {
      signal: AbortSignal.timeout(10_000),
      ...init,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(init?.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(init?.headers as Record<string, string> | undefined),
      },
    });
  }

  async report(runId: string): Promise<RunReport | undefined> {
    try {
      const response = await this.request(`/api/runs/${runId}`);
      return response.ok ? ((await response.json()) as RunReport) : undefined;
    } catch {
      return undefined;
    }
  }

  async trigger(params: RunParams = {}): Promise<string> {
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        const response = await this.request('/api/runs', { method: 'POST', body: JSON.stringify(params), headers });
        if (response.status === 202) return ((await response.json()) as { id: string }).id;
      } catch {
        // The gateway is being started again.
      }
      if (Date.now() > deadline) throw new Error(`the gateway took no run within a minute\n${this.#logs()}`);
      await sleep(50);
    }
  }

  async waitFor(runId: string, accept = ({ state }: RunReport): boolean => isTerminal(state), timeoutMs = 90_000): Promise<RunReport> {
    const deadline = Date.now() + timeoutMs;
    for (let last: RunReport | undefined; ;) {
      last = (await this.report(runId)) ?? last;
      if (last !== undefined && accept(last)) return last;
      if (Date.now() > deadline) {
        throw new Error(`run ${runId} is ${last?.state ?? 'unknown'} after ${timeoutMs / 1_000} s\n${this.#logs()}`);
      }
      await sleep(30);
    }
  }
}
