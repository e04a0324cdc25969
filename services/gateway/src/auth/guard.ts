import { EtlError } from '@retail-etl/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayDeps } from '../deps.js';
import { sendProblem } from '../problem.js';
import { underBase } from '../web/base-path.js';
import { foreignOrigin } from './same-origin.js';
import { sessionToken } from '../sessions/session-cookie.js';
import type { Sessions } from '../sessions/sessions.js';
import { isBearer, openTokenAccess } from './token-access.js';
import type { User } from './users.js';

/** Who may use a route. Left out, reading is for viewers and operators, everything else for operators. */
export type Access = 'public' | 'viewer' | 'operator';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on public routes. */
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
  const { basePath } = deps.config;
  const userOfToken = openTokenAccess(deps);
  app.decorateRequest('user', null);
  app.addHook('onRequest', async (request, reply) => {
    const access = accessOf(request.method, request.routeOptions.config?.access);
    const { authorization } = request.headers;
    if (access !== 'public' && isBearer(authorization)) {
      request.user = await userOfToken(request, authorization);
    } else {
      // A page of another site can send the cookie along, so a change by cookie must prove where it comes from; so must a log-in.
      const foreign = SAFE_METHODS.has(request.method) ? undefined : foreignOrigin(request);
      if (foreign !== undefined) return sendProblem(reply, new EtlError('FORBIDDEN', foreign));
      if (access === 'public') return;
      const token = sessionToken(request, basePath);
      request.user = token === undefined ? null : ((await sessions.find(token)) ?? null);
    }
    if (request.user === null) return askToSignIn(request, reply, basePath);
    if (access === 'operator' && request.user.role !== 'operator') {
      return sendProblem(reply, new EtlError('FORBIDDEN', `${request.user.username} may look but not change`));
    }
  });
}

/** A person's browser is led to the log-in page; a program is told. */
function askToSignIn(request: FastifyRequest, reply: FastifyReply, basePath: string): FastifyReply {
  const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !request.url.startsWith('/api/');
  if (wantsPage) return reply.redirect(`/login?next=${encodeURIComponent(underBase(basePath, request.url))}`, 303);
  return sendProblem(reply, new EtlError('UNAUTHENTICATED', 'this needs a session or a token'));
}
