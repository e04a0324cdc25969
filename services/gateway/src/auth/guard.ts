import { EtlError } from '@retail-etl/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { sendProblem } from '../problem.js';
import { isSameOrigin } from './same-origin.js';
import type { Sessions } from './sessions.js';
import { sameSecret, type User } from './users.js';

export const SESSION_COOKIE = 'retail_etl_session';

/** Who may use a route. Left out, reading is for viewers and operators, everything else for operators. */
export type Access = 'public' | 'viewer' | 'operator';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on public routes without a session. */
    user: User | null;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function accessOf(method: string, declared: Access | undefined): Access {
  return declared ?? (SAFE_METHODS.has(method) ? 'viewer' : 'operator');
}

/**
 * Guards every route there is, the dashboard's files and unknown paths included: the hook is on the root, and a route opens up
 * only by declaring so.
 */
export function guardRoutes(app: FastifyInstance, deps: GatewayDeps, sessions: Sessions): void {
  app.decorateRequest('user', null);
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.method, request.routeOptions.config?.access);
    const bearer = request.headers.authorization;
    if (bearer !== undefined) {
      request.user = userOfToken(bearer, deps.config.apiToken);
    } else {
      // A page of another site can send the cookie along, so a change by cookie must prove where it comes from; so must a log-in.
      if (!SAFE_METHODS.has(request.method) && !isSameOrigin(request)) {
        return sendProblem(reply, new EtlError('FORBIDDEN', 'the request came from another site'));
      }
      if (access !== 'public') {
        const token = request.cookies[SESSION_COOKIE];
        request.user = token === undefined ? null : ((await sessions.find(token)) ?? null);
      }
    }
    if (access === 'public') return;
    if (request.user === null) return askToSignIn(request, reply);
    if (access === 'operator' && request.user.role !== 'operator') {
      return sendProblem(reply, new EtlError('FORBIDDEN', `${request.user.username} may look but not change`));
    }
  });
}

function userOfToken(header: string, apiToken: string | undefined): User | null {
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
  if (token === undefined || apiToken === undefined) return null;
  return sameSecret(token, apiToken) ? { username: 'api', role: 'operator' } : null;
}

/** A person's browser is led to the log-in page; a program is told. */
function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/api/');
  if (wantsPage) return reply.redirect(`/login?next=${encodeURIComponent(request.url)}`, 303);
  return sendProblem(reply, new EtlError('UNAUTHENTICATED', 'this needs a session or a token'));
}
