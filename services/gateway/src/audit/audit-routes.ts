import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { AuditList, AuditQuery } from '@retail-etl/contracts';
import { listAudit } from '@retail-etl/ledger';
import type { GatewayDeps } from '../deps.js';

/** Who did what. */
export function auditRoutes(deps: GatewayDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
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
