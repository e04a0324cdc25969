import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError, Me, Problem, SessionIdParams, SessionList } from '@retail-etl/contracts';
import Type from 'typebox';
import { sessionToken } from './session-cookie.js';
import type { Sessions } from './sessions.js';
import type { User } from '../auth/users.js';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../audit/audit.js';

const config = { access: 'operator' } as const;
const tags = ['operations'];

/** Who I am; for operators also who is signed in, and ending that. */
export function sessionRoutes(deps: GatewayDeps, sessions: Sessions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/api/me', { schema: { tags, summary: 'Who I am', response: { 200: Me } } }, async (request) => {
      const { username, role } = request.user as User;
      return { username, role };
    });

    app.get(
      '/api/sessions',
      { config, schema: { tags, summary: 'Who is signed in, newest first', response: { 200: SessionList, 503: Problem } } },
      async (request) => {
        const token = sessionToken(request, deps.config.basePath);
        const own = token === undefined ? undefined : sessions.idOf(token);
        return {
          sessions: (await sessions.list()).map((session) => ({
            ...session,
            startedAt: session.startedAt.toISOString(),
            lastUsedAt: session.lastUsedAt.toISOString(),
            current: session.id === own,
          })),
        };
      },
    );

    app.delete(
      '/api/sessions/:id',
      {
        config,
        schema: {
          tags,
          summary: 'End a session',
          params: SessionIdParams,
          response: { 204: Type.Null(), 404: Problem, 503: Problem },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        const found = (await sessions.list()).find((session) => session.id === id);
        if (found === undefined || !(await sessions.end(id))) throw new EtlError('NOT_FOUND', `there is no session ${id}`);
        await audit(deps, request, 'session.end', { username: found.username, from: found.address });
        return reply.code(204).send(null);
      },
    );
  };
}
