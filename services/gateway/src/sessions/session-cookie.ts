import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSecure } from '../web/security-headers.js';

const NAME = 'retail_etl_session';

/**
 * How the session's cookie is called and set. Behind TLS its name begins with `__Host-`: browsers then take it from this very host
 * alone, and only over TLS, so that no other site of the domain can put one of its own in its place. With a path prefix it is `__Secure-`,
 * because `__Host-` demands the path `/`.
 */
function cookieFor(request: FastifyRequest, basePath: string): { name: string; options: CookieSerializeOptions } {
  const secure = isSecure(request);
  const prefix = secure ? (basePath === '/' ? '__Host-' : '__Secure-') : '';
  // Lax, not Strict: a link to a run in an alert must open signed in. Changes are guarded by their origin.
  return { name: `${prefix}${NAME}`, options: { path: basePath, httpOnly: true, sameSite: 'lax', secure } };
}

/** The token of the session that this request claims to belong to. */
export function sessionToken(request: FastifyRequest, basePath: string): string | undefined {
  return request.cookies[cookieFor(request, basePath).name];
}

export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, basePath: string, token: string): void {
  const { name, options } = cookieFor(request, basePath);
  reply.setCookie(name, token, options);
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, basePath: string): void {
  const { name, options } = cookieFor(request, basePath);
  reply.clearCookie(name, options);
}
