import type { FastifyRequest } from 'fastify';
import { isSecure } from '../web/security-headers.js';

/**
 * Why a request that changes something does not count as coming from a page of this very site; undefined if it does. Browsers send
 * `Sec-Fetch-Site` over HTTPS and `Origin` with every POST, PUT and DELETE; a request with neither is not from a browser of today, and
 * has no business with a cookie.
 */
export function foreignOrigin(request: FastifyRequest): string | undefined {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) {
    return site === 'same-origin' || site === 'none' ? undefined : 'the request came from another site';
  }
  const origin = originOf(request.headers.origin);
  const here = originOf(`${isSecure(request) ? 'https' : 'http'}://${request.host}`);
  if (origin === undefined || here === undefined) return 'the request does not say which site it came from';
  if (origin === here) return undefined;
  return `the request came from a page of ${origin}, but this is ${here}; if they are the same, the proxy between does not pass Host and X-Forwarded-Proto`;
}

/** Scheme, host and port, without the port that the scheme implies. */
function originOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  return origin === 'null' ? undefined : origin;
}

/** A path on this site, without its prefix, to go to after the log-in; `/` for anything that could lead elsewhere. */
export function safeNext(next: string | undefined, basePath = '/'): string {
  if (next === undefined || next.length > 500 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return '/';
  const { host, pathname, search } = new URL(next, 'http://here.invalid');
  // Dots are resolved by now: `/..//elsewhere` has become `//elsewhere`, which a browser takes for a host.
  if (host !== 'here.invalid' || !pathname.startsWith(basePath)) return '/';
  const path = pathname.slice(basePath.length - 1);
  return path.startsWith('//') ? '/' : `${path}${search}`;
}
