import type { FastifyInstance } from 'fastify';

/** Nothing from any other host, no inline script. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
];

/** Bull Board and the API page set styles inline; no other page may. */
const INLINE_STYLE_PATHS = ['/queues', '/docs'];

/** The security headers of an answer, also of one that comes before any route or hook. */
export function securityHeaders(options: { inlineStyle?: boolean; secure?: boolean } = {}): Record<string, string> {
  return {
    'content-security-policy': [...POLICY, `style-src 'self'${options.inlineStyle === true ? " 'unsafe-inline'" : ''}`].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // With no referrer at all, browsers send "Origin: null" with forms, and the check for other sites' requests would refuse ours.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    ...(options.secure === true ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
}

/** Sets the security headers of every answer that a route gives. */
export function setSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const inlineStyle = INLINE_STYLE_PATHS.some(
      (path) => request.url === path || request.url.startsWith(`${path}/`) || request.url.startsWith(`${path}?`),
    );
    reply.headers(securityHeaders({ inlineStyle, secure: isSecure(request) }));
  });
  app.addHook('onSend', async (request, reply) => {
    // What a session shows must not stay in a shared cache or behind the back button after signing out.
    if (!reply.hasHeader('cache-control') && !request.url.startsWith('/queues/static/')) reply.header('cache-control', 'no-store');
  });
}

/** True behind TLS. A client that claims so without TLS only makes its own cookie useless. */
export function isSecure(request: { protocol: string; headers: Record<string, string | string[] | undefined> }): boolean {
  return (
    request.protocol === 'https' ||
    String(request.headers['x-forwarded-proto'] ?? '')
      .split(',')[0]
      ?.trim() === 'https'
  );
}
