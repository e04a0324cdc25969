import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AuditList, AuditQuery, Me, Overview, Problem, Sources } from '@retail-etl/contracts';
import { Summary, SummaryQuery } from '@retail-etl/sales';
import { lastRunWithBooks, listAudit } from '@retail-etl/ledger';
import { readSummary } from '@retail-etl/mysql';
import type { User } from '../auth/users.js';
import type { GatewayDeps } from '../deps.js';
import { listSources } from '../results/list-sources.js';
import { readOverview } from '../results/overview.js';

const tags = ['results'];

/** What is published, from what, and who looks at it. */
export function resultRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/api/overview',
      { schema: { tags, summary: 'The state of things at a glance', response: { 200: Overview, 503: Problem } } },
      () => readOverview(deps),
    );

    app.get(
      '/api/summary',
      {
        schema: { tags, summary: 'The published table', querystring: SummaryQuery, response: { 200: Summary, 400: Problem, 503: Problem } },
      },
      async (request) => {
        const { q = '', sort = 'product', order = 'asc', offset = 0, limit = 50 } = request.query;
        const { products, total } = await readSummary(deps.database, { prefix: q, sort, order, offset, limit });
        const reached = offset + products.length;
        return { products, total, next: products.length > 0 && reached < total ? reached : null };
      },
    );

    app.get(
      '/api/sources',
      {
        schema: {
          tags,
          summary: 'The input files and the table, and what the last run made of them',
          response: { 200: Sources, 503: Problem },
        },
      },
      async () => listSources(deps.config.dataDir, await lastRunWithBooks(deps.database)),
    );

    app.get('/api/me', { schema: { tags: ['operations'], summary: 'Who I am', response: { 200: Me } } }, async (request) => {
      const { username, role } = request.user as User;
      return { username, role };
    });

    app.get(
      '/api/audit',
      {
        config: { access: 'operator' },
        schema: {
          tags: ['operations'],
          summary: 'Log-ins, triggers and changes, newest first',
          querystring: AuditQuery,
          response: { 200: AuditList },
        },
      },
      async (request) => {
        const { limit = 50, before } = request.query;
        const entries = await listAudit(deps.database, limit, before);
        return {
          entries: entries.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
          next: entries.length === limit ? (entries.at(-1)?.id ?? null) : null,
        };
      },
    );
  };
}
