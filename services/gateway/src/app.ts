import cookie from '@fastify/cookie';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { gatherApiDocument } from './docs/api-document.js';
import { openChannels } from './alerts/channels.js';
import { alertRoutes } from './alerts/alert-routes.js';
import { docsRoutes } from './docs/docs-routes.js';
import { overviewRoutes } from './overview/overview-routes.js';
import { compareRoutes } from './compare/compare-routes.js';
import { versionRoutes } from './versions/version-routes.js';
import { summaryRoutes } from './summary/summary-routes.js';
import { sourceRoutes } from './sources/source-routes.js';
import { tryRoutes } from './try-file/try-routes.js';
import { auditRoutes } from './audit/audit-routes.js';
import { rejectRoutes } from './rejects/reject-routes.js';
import { runRoutes } from './runs/run-routes.js';
import { runWatchRoutes } from './runs/run-watch-routes.js';
import { scheduleRoutes } from './schedules/schedule-routes.js';
import { sessionRoutes } from './sessions/session-routes.js';
import { auditForbidden, openRefusalAudit } from './auth/audit-refusals.js';
import { accessOf, type Access, guardRoutes } from './auth/guard.js';
import { openLoginLimits } from './auth/login-limits.js';
import { loginRoutes } from './auth/login-routes.js';
import { openSessions } from './sessions/sessions.js';
import { openUsers } from './auth/users.js';
import { board } from './board/board.js';
import type { GatewayDeps } from './deps.js';
import { refuseOtherLedger } from './ops/ledger-gate.js';
import { healthRoutes } from './ops/health-routes.js';
import { metricsRoutes } from './ops/metrics-routes.js';
import { setErrorHandlers } from './problem.js';
import { assetRoutes } from './web/assets.js';
import { addBasePath, withoutBase } from './web/base-path.js';
import { answerClientError, answerFrameworkError } from './web/early-errors.js';
import { pageRoutes } from './web/page-routes.js';
import { setSecurityHeaders } from './web/security-headers.js';

/** No request of the API is larger. */
const BODY_BYTES_MAX = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** A route as it was registered, for the test that tries every one of them. */
export interface RegisteredRoute {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly registeredRoutes: readonly RegisteredRoute[];
  }
}

export interface AppOptions {
  /** Null when the process should live; otherwise why it should be replaced. */
  readonly liveness?: () => string | null;
}

/** The gateway's HTTP application. It does not listen. */
export async function buildApp(deps: GatewayDeps, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = createApp(deps);
  readBodies(app);
  registerRoutes(app);
  logRequests(app, deps);
  await app.register(cookie);
  setErrorHandlers(app);
  setSecurityHeaders(app);
  addBasePath(app, deps.config.basePath);
  await addRoutes(app, deps, options);
  return app;
}

function createApp({ log, config }: GatewayDeps): FastifyInstance {
  const logger: FastifyBaseLogger = log;
  return Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: 200 },
    // Only these are believed about where a request comes from, how, and to which host.
    trustProxy: [...config.trustProxy],
    // Event streams never end by themselves.
    forceCloseConnections: true,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
    rewriteUrl: ({ url = '/' }) => withoutBase(config.basePath, url),
  });
}

/** How bodies are read, checked and written. */
function readBodies(app: FastifyInstance): void {
  // Strict in bodies; query strings and path parameters are converted from text first. Unknown fields are refused, not dropped.
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  // The response schemas are for the OpenAPI document; the tests check answers against them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  // "No body" is a body that some routes take, whatever media type is claimed for it.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, body, done);
  });
}

/** Keeps a list of all routes that are added from here on. */
function registerRoutes(app: FastifyInstance): void {
  const registered: RegisteredRoute[] = [];
  app.decorate('registeredRoutes', registered);
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) registered.push({ method: each, url, access: accessOf(each, config?.access) });
  });
}

function logRequests(app: FastifyInstance, { log }: GatewayDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    log.debug({ method, url: url.split('?')[0], status: reply.statusCode, tookMs: Math.round(reply.elapsedTime) }, 'request');
  });
}

async function addRoutes(app: FastifyInstance, deps: GatewayDeps, options: AppOptions): Promise<void> {
  const { basePath } = deps.config;
  const users = openUsers(deps.config);
  const sessions = openSessions(deps.redis, users);
  const auditRefusal = openRefusalAudit(deps);
  auditForbidden(app, auditRefusal);
  guardRoutes(app, deps, sessions);
  refuseOtherLedger(app, deps);

  await gatherApiDocument(app, basePath);
  await app.register(docsRoutes(basePath));
  await app.register(healthRoutes(deps, options.liveness ?? (() => null)));
  await app.register(assetRoutes);
  await app.register(loginRoutes(deps, { users, sessions, limits: openLoginLimits(deps.redis), auditRefusal }));
  await app.register(pageRoutes(basePath));
  await app.register(runRoutes(deps));
  await app.register(runWatchRoutes(deps));
  await app.register(rejectRoutes(deps));
  await app.register(overviewRoutes(deps));
  await app.register(summaryRoutes(deps));
  await app.register(versionRoutes(deps));
  await app.register(compareRoutes(deps));
  await app.register(sourceRoutes(deps));
  await app.register(tryRoutes(deps));
  await app.register(scheduleRoutes(deps));
  await app.register(sessionRoutes(deps, sessions));
  await app.register(auditRoutes(deps));
  await app.register(alertRoutes(deps, openChannels(deps.config)));
  await app.register(metricsRoutes(deps));
  await app.register(board(deps));
}
