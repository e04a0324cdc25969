import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Overview, Problem } from '@retail-etl/contracts';
import type { GatewayDeps } from '../deps.js';
import { readOverview } from './overview.js';

const tags = ['results'];

/** The state of things at a glance. */
export function overviewRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/overview',
      { schema: { tags, summary: 'The state of things at a glance', response: { 200: Overview, 503: Problem } } },
      () => readOverview(deps),
    );
  };
}
