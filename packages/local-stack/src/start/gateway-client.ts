import type { Problem, RunAccepted } from '@retail-etl/contracts';
import type { RunReport } from '@retail-etl/sales';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorText, StackProblem } from '@retail-etl/setup';

const REQUEST_TIMEOUT_MS = 10_000;
const UNAVAILABLE_TIMEOUT_MS = 60_000;
const RETRY_INTERVAL_MS = 250;
/** Longest event taken; ours have some hundred characters. */
const EVENT_LENGTH_MAX = 64 * 1024;

/** The gateway's API, as any machine with the token uses it. */
export class GatewayClient {
  readonly #baseUrl: string;
  readonly #apiToken: string;

  /** `baseUrl` without a slash at its end. */
  constructor(baseUrl: string, apiToken: string) {
    this.#baseUrl = baseUrl;
    this.#apiToken = apiToken;
  }

  /** Asks for a run and resolves to its id. The key makes trying again safe: it is one run however often it is asked for. */
  async startRun(signal: AbortSignal): Promise<string> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': `npm-start-${randomUUID()}` };
    const { id } = await this.#request<RunAccepted>('POST', '/api/runs', { headers, body: '{}', signal });
    return id;
  }

  async readRun(id: string, signal: AbortSignal): Promise<RunReport> {
    return this.#request<RunReport>('GET', `/api/runs/${encodeURIComponent(id)}`, { signal });
  }

  /** The run's events as they arrive; ends with the stream, at once if the gateway has none to give. */
  async *readEvents(id: string, signal: AbortSignal): AsyncGenerator {
    const headers = { authorization: `Bearer ${this.#apiToken}`, accept: 'text/event-stream' };
    const response = await fetch(`${this.#baseUrl}/api/runs/${encodeURIComponent(id)}/events`, { headers, signal });
    if (!response.ok || response.body === null || response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      await response.body?.cancel();
      return;
    }
    let pending = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (pending + chunk).split(/\r?\n\r?\n/);
      pending = (blocks.pop() ?? '').slice(-EVENT_LENGTH_MAX);
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event !== undefined) yield event;
      }
    }
  }

  /** Tries again while the gateway is away or answers 503, for a minute. Throws a StackProblem with the gateway's own words. */
  async #request<T>(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string; signal: AbortSignal },
  ): Promise<T> {
    const deadline = performance.now() + UNAVAILABLE_TIMEOUT_MS;
    for (;;) {
      const answer = await this.#tryRequest(method, path, init);
      init.signal.throwIfAborted();
      if (answer.ok) return answer.body as T;
      if (!answer.transient || performance.now() > deadline) throw answer.problem;
      await sleep(RETRY_INTERVAL_MS, undefined, { signal: init.signal });
    }
  }

  async #tryRequest(
    method: string,
    path: string,
    { headers, body, signal }: { headers?: Record<string, string>; body?: string; signal: AbortSignal },
  ): Promise<{ ok: true; body: unknown } | { ok: false; transient: boolean; problem: StackProblem }> {
    try {
      const response = await fetch(`${this.#baseUrl}${path}`, {
        method,
        headers: { ...headers, authorization: `Bearer ${this.#apiToken}` },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return { ok: true, body: JSON.parse(text) };
      return { ok: false, transient: response.status === 503, problem: toProblem(`${method} ${path}`, response.status, text) };
    } catch (error) {
      const problem = new StackProblem(
        'GATEWAY_UNAVAILABLE',
        `the gateway did not answer ${method} ${path}: ${errorText(error)}`,
        'Look at .local/logs/gateway.log.',
        { cause: error },
      );
      return { ok: false, transient: true, problem };
    }
  }
}

/** In the gateway's own words where it says `{code, message, remedy}`. */
function toProblem(request: string, status: number, text: string): StackProblem {
  try {
    const { code, message, remedy } = JSON.parse(text) as Partial<Problem>;
    if (code !== undefined && message !== undefined && remedy !== undefined) return new StackProblem(code, message, remedy);
  } catch {
    // Not JSON: the status has to do.
  }
  return new StackProblem('GATEWAY_REFUSED', `the gateway answered ${request} with status ${status}`, 'Look at .local/logs/gateway.log.');
}

/** The JSON of one server-sent event; undefined for comments and for events that are not `progress`. */
function parseEvent(block: string): unknown {
  const lines = block.split(/\r?\n/);
  if (!lines.some((line) => /^event: ?progress$/.test(line))) return undefined;
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart());
  try {
    return JSON.parse(data.join('\n'));
  } catch {
    return undefined;
  }
}
