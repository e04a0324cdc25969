import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Problem } from '@retail-etl/contracts';
import { readHold, releaseHold, setHold } from '@retail-etl/ledger';
import { HoldBody, HoldState, VersionList, VersionListQuery } from '@retail-etl/sales';
import { audit } from '../audit/audit.js';
import type { GatewayDeps } from '../deps.js';
import { listVersions } from './list-versions.js';

const tags = ['versions'];

/** What can be published again, and the hold that keeps runs from replacing it. `POST /api/runs {"publish": id}` publishes one. */
export function versionRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  const { database } = deps;
  return async (app) => {
    app.get(
      '/api/versions',
      {
        schema: {
          tags,
          summary: 'List what runs have made of the sources, newest first',
          querystring: VersionListQuery,
          response: { 200: VersionList, 400: Problem, 503: Problem },
        },
      },
      (request) => listVersions(deps, { before: request.query.before, limit: request.query.limit ?? 30 }),
    );
    app.get(
      '/api/hold',
      { schema: { tags, summary: 'Whether publications are held', response: { 200: HoldState, 503: Problem } } },
      async () => ({ hold: await readHold(database) }),
    );
    app.put(
      '/api/hold',
      {
        schema: {
          tags,
          summary: 'Hold or release publications',
          description: 'While publications are held, runs end as `previewed`. What is published again by hand is published all the same.',
          body: HoldBody,
          response: { 200: HoldState, 400: Problem, 503: Problem },
        },
      },
      async (request) => {
        const { held } = request.body;
        const by = request.user?.username ?? 'api';
        const isNew = held ? await setHold(database, by) : await releaseHold(database);
        if (isNew) await audit(deps, request, held ? 'hold.set' : 'hold.release');
        return { hold: await readHold(database) };
      },
    );
  };
}
