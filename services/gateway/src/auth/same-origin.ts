import type { FastifyRequest } from 'fastify';

/**
 * True if a request that changes something comes from a page of this very site. Browsers send `Sec-Fetch-Site` over HTTPS and
 * `Origin` with every POST, PUT and DELETE; a request with neither is not from a browser of today, and has no business with a cookie.
 */
export function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const origin = request.headers.origin;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === request.host;
}

/** A path on this site to go to after the log-in; `/` for anything that could lead elsewhere. */
export function safeNext(next: string | undefined): string {
  if (next === undefined || next.length > 500 || !/^\/(?![/\\])[\x21-\x7e]*$/.test(next) || next.includes('\\')) return '/';
  const { host, pathname, search } = new URL(next, 'http://here.invalid');
  // Dots are resolved by now: `/..//elsewhere` has become `//elsewhere`, which a browser takes for a host.
  return host === 'here.invalid' && !pathname.startsWith('//') ? `${pathname}${search}` : '/';
}
