import { metricsRegistry } from '@retail-etl/runtime';
import type { FastifyPluginAsync } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { shareRunMetrics } from './metrics.js';

/** `/metrics` in Prometheus format; a scraper sends the bearer token. */
export function metricsRoutes(deps: GatewayDeps): FastifyPluginAsync {
  const read = shareRunMetrics();
  return async (app) => {
    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
      reply.type(metricsRegistry.contentType).send(await read(deps)),
    );
  };
}
