const LENGTH_MAX = 200;

/** Letters, digits and `-._~`, not beginning with a dot: nothing that needs encoding, and nothing that a client or proxy resolves away. */
const BASE_PATH = /^\/(?:[A-Za-z0-9_~-][A-Za-z0-9._~-]*\/)*$/;

/** The gateway's own first segments: a request for `/api/runs` could not be told from one for `/runs` below the prefix `/api/`. */
export const OWN_SEGMENTS: ReadonlySet<string> = new Set([
  'api',
  'assets',
  'compare',
  'docs',
  'favicon.ico',
  'healthz',
  'login',
  'logout',
  'metrics',
  'openapi.json',
  'page',
  'queues',
  'readyz',
  'runs',
  'schedules',
  'sessions',
  'sources',
  'try',
  'versions',
]);

/**
 * A path prefix with a slash at both ends, such as `/` or `/etl/`; the last slash may be left out of `text`. Undefined if `text` is no
 * such path, or begins like the gateway's own paths.
 */
export function parseBasePath(text: string): string | undefined {
  const path = text.endsWith('/') ? text : `${text}/`;
  const isPath = path.length <= LENGTH_MAX && BASE_PATH.test(path) && !OWN_SEGMENTS.has(path.split('/')[1] ?? '');
  return isPath ? path : undefined;
}
