import type { FastifyInstance } from 'fastify';

/**
 * Inside the gateway no path has the prefix of BASE_PATH. It is taken off when a request arrives and put on when an answer leaves, so
 * it works whether or not the proxy takes it off, and health checks that go past the proxy need not know it.
 */

/** `path`, which begins with a slash, as browsers have to ask for it. */
export function underBase(basePath: string, path: string): string {
  return `${basePath.slice(0, -1)}${path}`;
}

/** For Fastify's `rewriteUrl`: the path without the prefix. */
export function withoutBase(basePath: string, url: string): string {
  return url.startsWith(basePath) ? url.slice(basePath.length - 1) : url;
}

/** Leads `/etl` to `/etl/`, and puts the prefix on every path that an answer leads to. */
export function addBasePath(app: FastifyInstance, basePath: string): void {
  if (basePath === '/') return;
  const bare = basePath.slice(0, -1);
  app.addHook('onRequest', async (request, reply) => {
    const [path, ...query] = request.originalUrl.split('?');
    if (path === bare) return reply.redirect(['/', ...query].join('?'), 308);
  });
  app.addHook('onSend', async (_request, reply) => {
    const location = reply.getHeader('location');
    if (typeof location === 'string' && /^\/(?!\/)/.test(location)) reply.header('location', underBase(basePath, location));
  });
}
