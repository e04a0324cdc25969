import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PathProxyOptions {
  /** Where the gateway is, such as `http://127.0.0.1:8080`. */
  readonly target: string;
  /** What begins with this path goes to the gateway; anything else is 404, as it would be of another application. */
  readonly prefix: string;
  /** True for a proxy that takes the prefix off before it passes the path on. */
  readonly strips: boolean;
}

/** A small reverse proxy that serves the gateway below a path, and passes on the host that was asked for. */
export async function startPathProxy(options: PathProxyOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { target, prefix, strips } = options;
  const server = createServer((request, response) => {
    const { url = '/', method, headers } = request;
    if (!`${url.split('?')[0]}/`.startsWith(prefix)) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not the gateway');
      return;
    }
    const path = strips && url.startsWith(prefix) ? `/${url.slice(prefix.length)}` : url;
    const passed = ask(`${target}${path}`, {
      method,
      headers: { ...headers, 'x-forwarded-for': request.socket.remoteAddress, 'x-forwarded-proto': 'http' },
    });
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.writeHead(502).end());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
