import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metricsRegistry } from './metrics.js';

export interface HealthOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Null when the service takes work; otherwise what it waits for. */
  readonly readiness: () => Promise<string | null>;
  /** Null when the process should live; otherwise why it should be replaced. */
  readonly liveness: () => string | null;
}

/** Serves `/healthz` (live), `/readyz` (takes work) and `/metrics` (Prometheus) of a worker service. Returns the port and a stop. */
export async function startHealthServer(options: HealthOptions): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(`${body}\n`);
    };
    const path = request.url?.split('?')[0];
    if (path === '/healthz') {
      const problem = options.liveness();
      answer(problem === null ? 200 : 503, problem ?? 'ok');
    } else if (path === '/readyz') {
      options.readiness().then(
        (waitingFor) => answer(waitingFor === null ? 200 : 503, waitingFor ?? 'ready'),
        (error: unknown) => answer(503, String(error)),
      );
    } else if (path === '/metrics') {
      metricsRegistry.metrics().then(
        (text) => answer(200, text, metricsRegistry.contentType),
        (error: unknown) => answer(500, String(error)),
      );
    } else {
      answer(404, 'not found');
    }
  });
  server.requestTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
