import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError } from '@retail-etl/contracts';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { audit } from '../ops/audit.js';
import { isSecure } from '../web/security-headers.js';
import { SESSION_COOKIE } from './guard.js';
import { LoginLimited, type LoginLimits } from './login-limits.js';
import { loginPage } from './login-page.js';
import { safeNext } from './same-origin.js';
import type { Sessions } from './sessions.js';
import type { Users } from './users.js';

const LoginBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 200 }),
    password: Type.String({ minLength: 1, maxLength: 1_000 }),
    next: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
const LoginQuery = Type.Object({ next: Type.Optional(Type.String({ maxLength: 2_000 })) });

/** No log-in is longer than this. */
const BODY_BYTES_MAX = 8_192;

export interface LoginDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly limits: LoginLimits;
}

/** `/login` and `/logout`. */
export function loginRoutes(deps: GatewayDeps, { users, sessions, limits }: LoginDeps): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(formbody, { bodyLimit: BODY_BYTES_MAX });
    const page = (reply: FastifyReply, status: number, next: string, error?: string): FastifyReply =>
      reply.code(status).type('text/html; charset=utf-8').send(loginPage(next, error));

    app.get('/login', { config: { access: 'public' }, schema: { hide: true, querystring: LoginQuery } }, (request, reply) =>
      page(reply, 200, safeNext(request.query.next)),
    );

    app.post(
      '/login',
      { config: { access: 'public' }, bodyLimit: BODY_BYTES_MAX, schema: { hide: true, body: LoginBody } },
      async (request, reply) => {
        const { username, password } = request.body;
        const next = safeNext(request.body.next);
        try {
          await limits.begin(username, request.ip);
          const user = await users.verify(username, password);
          if (user === undefined) {
            await audit(deps, request, 'login.failed', {}, username);
            return await page(reply, 401, next, 'This user name and password do not go together.');
          }
          const token = await sessions.start(user);
          await limits.succeeded(username, request.ip);
          await audit(deps, request, 'login', { role: user.role }, user.username);
          // Lax, not Strict: a link to a run in an alert must open signed in. Changes are guarded by their origin.
          reply.setCookie(SESSION_COOKIE, token, { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request) });
          return await reply.redirect(next, 303);
        } catch (error) {
          if (!(error instanceof EtlError)) throw error;
          if (error instanceof LoginLimited) {
            await audit(deps, request, 'login.limited', {}, username);
            reply.header('retry-after', error.retryAfterSeconds);
          }
          return page(reply, error.status, next, `${error.message}. ${error.remedy}`);
        }
      },
    );

    app.post('/logout', { config: { access: 'viewer' }, bodyLimit: BODY_BYTES_MAX, schema: { hide: true } }, async (request, reply) => {
      const token = request.cookies[SESSION_COOKIE];
      if (token !== undefined) await sessions.end(token);
      await audit(deps, request, 'logout');
      reply.clearCookie(SESSION_COOKIE, { path: '/' });
      return reply.redirect('/login', 303);
    });
  };
}
