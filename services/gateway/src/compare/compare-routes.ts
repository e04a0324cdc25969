import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Problem, RunIdParams } from '@retail-etl/contracts';
import { ComparisonQuery, RunComparison } from '@retail-etl/sales';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { compareRuns } from './compare-runs.js';

/** How the sums of two runs differ. */
export function compareRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/runs/:id/compare/:other',
      {
        schema: {
          tags: ['versions'],
          summary: 'How the sums of the second run differ from those of the first',
          params: Type.Object({ id: RunIdParams.properties.id, other: RunIdParams.properties.id }, { additionalProperties: false }),
          querystring: ComparisonQuery,
          response: { 200: RunComparison, 400: Problem, 404: Problem, 409: Problem, 410: Problem, 429: Problem },
        },
      },
      (request) => {
        const { by = 'product_id', offset = 0, limit = 50 } = request.query;
        return compareRuns(deps, request.params.id, request.params.other, { by, offset, limit });
      },
    );
  };
}
