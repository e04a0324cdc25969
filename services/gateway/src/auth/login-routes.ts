import formbody from '@fastify/formbody';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { EtlError } from '@retail-etl/contracts';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { GatewayDeps } from '../deps.js';
import { Limited } from '../limited.js';
import { audit } from '../audit/audit.js';
import type { App } from '../web/app-type.js';
import { underBase } from '../web/base-path.js';
import type { AuditRefusal } from './audit-refusals.js';
import type { LoginLimits } from './login-limits.js';
import { loginPage } from './login-page.js';
import { safeNext } from './same-origin.js';
import { clearSessionCookie, sessionToken, setSessionCookie } from '../sessions/session-cookie.js';
import type { Sessions } from '../sessions/sessions.js';
import type { User, Users } from './users.js';

const LoginBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 200 }),
    password: Type.String({ minLength: 1, maxLength: 1_000 }),
    next: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
const LoginQuery = Type.Object({ next: Type.Optional(Type.String({ maxLength: 2_000 })) });
const LogoutBody = Type.Object({ everywhere: Type.Optional(Type.Literal('true')) }, { additionalProperties: false });

/** No log-in is longer than this. */
const BODY_BYTES_MAX = 8_192;

export interface LoginDeps {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly limits: LoginLimits;
  readonly auditRefusal: AuditRefusal;
}

/** `/login` and `/logout`. */
export function loginRoutes(deps: GatewayDeps, login: LoginDeps): FastifyPluginAsyncTypebox {
  const { basePath } = deps.config;
  return async (app) => {
    await app.register(formbody, { bodyLimit: BODY_BYTES_MAX });
    app.get('/login', { config: { access: 'public' }, schema: { hide: true, querystring: LoginQuery } }, (request, reply) =>
      sendPage(deps, reply, 200, safeNext(request.query.next, basePath)),
    );
    signIn(app, deps, login);
    signOut(app, deps, login.sessions);
  };
}

/** The log-in page, which leads to `next`; with what went wrong, if anything. */
function sendPage({ config: { basePath } }: GatewayDeps, reply: FastifyReply, status: number, next: string, error?: string): FastifyReply {
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .send(loginPage(basePath, underBase(basePath, next), error));
}

function signIn(app: App, deps: GatewayDeps, { users, sessions, limits, auditRefusal }: LoginDeps): void {
  const { basePath } = deps.config;
  app.post(
    '/login',
    { config: { access: 'public' }, bodyLimit: BODY_BYTES_MAX, schema: { hide: true, body: LoginBody } },
    async (request, reply) => {
      const { username, password } = request.body;
      const next = safeNext(request.body.next, basePath);
      try {
        const { isKnown } = await limits.begin(username, request.ip);
        const user = await users.verify(username, password, isKnown);
        if (user === undefined) {
          await audit(deps, request, 'login.failed', {}, username);
          return await sendPage(deps, reply, 401, next, 'This user name and password do not go together.');
        }
        const token = await sessions.start(user, { address: request.ip, client: request.headers['user-agent'] ?? '' });
        await limits.succeeded(username, request.ip);
        await audit(deps, request, 'login', { role: user.role }, user.username);
        setSessionCookie(request, reply, basePath, token);
        return await reply.redirect(next, 303);
      } catch (error) {
        if (!(error instanceof EtlError)) throw error;
        if (error instanceof Limited) {
          await auditRefusal(request, 'login.limited', {}, username);
          reply.header('retry-after', error.retryAfterSeconds);
        }
        return sendPage(deps, reply, error.status, next, `${error.message}. ${error.remedy}`);
      }
    },
  );
}

function signOut(app: App, deps: GatewayDeps, sessions: Sessions): void {
  const { basePath } = deps.config;
  app.post(
    '/logout',
    {
      config: { access: 'viewer' },
      bodyLimit: BODY_BYTES_MAX,
      schema: { hide: true, body: LogoutBody },
      preValidation: async (request) => {
        if (request.body === undefined || request.body === null) request.body = {};
      },
    },
    async (request, reply) => {
      const everywhere = request.body.everywhere === 'true';
      const token = sessionToken(request, basePath);
      if (token !== undefined) await sessions.end(sessions.idOf(token));
      if (everywhere) await endSessionsOf(sessions, request.user as User);
      await audit(deps, request, 'logout', everywhere ? { everywhere } : {});
      clearSessionCookie(request, reply, basePath);
      return reply.redirect('/login', 303);
    },
  );
}

async function endSessionsOf(sessions: Sessions, user: User): Promise<void> {
  // Newest first and a bounded number at a time, so until none is left.
  for (;;) {
    const own = (await sessions.list()).filter(({ username }) => username === user.username);
    if (own.length === 0) return;
    for (const { id } of own) await sessions.end(id);
  }
}
