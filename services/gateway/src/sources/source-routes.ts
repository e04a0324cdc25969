import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Problem, Sources } from '@retail-etl/contracts';
import { lastRunWithBooks } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';
import { listSources } from './list-sources.js';

const tags = ['results'];

/** What a run would read now. */
export function sourceRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/sources',
      {
        schema: {
          tags,
          summary: 'The input files and the table, and what the last run made of them',
          response: { 200: Sources, 503: Problem },
        },
      },
      async () => listSources(deps.config, await lastRunWithBooks(deps.database)),
    );
  };
}
